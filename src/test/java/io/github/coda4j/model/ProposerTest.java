package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.DetailRequest.Distribution;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.model.plan.TokenFilter;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From rows of logits to proposals, in both transformers. */
class ProposerTest {
    private static final ModelConfig CONFIG =
            RandomModels.config(RandomModels.kind(true, Bias.NONE, Alignment.SHIFTED));
    private static final int VOCAB = CONFIG.vocabSize();
    private static final int MASK = CONFIG.maskId();
    private static final int[] IDS = new SplittableRandom(3).ints(20, 5, VOCAB).toArray();
    private static final int[] POSITIONS = {0, 1, 7, 8, 19};

    @TempDir
    static Path folder;

    private static List<Transformer> models;

    @BeforeAll
    static void open() {
        RandomModels.write(CONFIG, 41, folder.resolve("m"));
        models = Arrays.stream(EngineKind.values())
                .map(engine -> {
                    try (CheckpointFolder stored = CheckpointFolder.open(folder.resolve("m"))) {
                        return Transformer.open(stored, new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2));
                    }
                })
                .toList();
    }

    @AfterAll
    static void close() {
        models.forEach(Transformer::close);
    }

    @Test
    void shifted_a_position_is_proposed_by_the_row_before_it_and_the_first_row_also_proposes_its_own() {
        assertThat(rows(Alignment.SHIFTED, 0, 0, 1, 3)).containsExactly(0, 0, 2);
        assertThat(rows(Alignment.SHIFTED, 5, 5, 6, 8)).containsExactly(0, 0, 2);
        assertThat(rows(Alignment.SHIFTED, 5, 7)).containsExactly(1);
    }

    @Test
    void in_place_a_position_is_proposed_by_its_own_row() {
        assertThat(rows(Alignment.IN_PLACE, 0, 0, 1, 3)).containsExactly(0, 1, 3);
        assertThat(rows(Alignment.IN_PLACE, 5, 5, 6, 8)).containsExactly(0, 1, 3);
    }

    /** Of a run of four tokens. */
    private static int[] rows(Alignment alignment, int start, int... positions) {
        ForwardPlan plan = new ForwardPlan(new int[4], start, CacheAccess.NONE, positions, Sampling.GREEDY, 0);
        return Proposer.rows(plan, alignment);
    }

    @Test
    void both_transformers_answer_the_same_under_filters() {
        SplittableRandom random = new SplittableRandom(5);
        for (Sampling sampling :
                List.of(new Sampling(0, 1, 0, MASK), new Sampling(0.7, 0.9, 0, MASK), new Sampling(1.5, 1, 12, MASK))) {
            for (Distribution distribution : Distribution.values()) {
                ForwardPlan plan = plan(sampling)
                        .withFilters(List.of(
                                TokenFilter.NONE,
                                TokenFilter.allBut(7, 8, 9),
                                TokenFilter.only(some(random)),
                                TokenFilter.only(77),
                                TokenFilter.only(MASK, 5, 138)))
                        .withDetails(new DetailRequest(4, true, distribution));
                Proposals plain = models.getFirst().forward(List.of(plan)).getFirst();
                Proposals fast = models.getLast().forward(List.of(plan)).getFirst();
                assertThat(fast.tokens()).isEqualTo(plain.tokens());
                assertClose(fast.probability(), plain.probability());
                assertClose(fast.margin(), plain.margin());
                ProposalDetails expected = plain.details().orElseThrow();
                ProposalDetails actual = fast.details().orElseThrow();
                assertThat(actual.candidates()).isEqualTo(expected.candidates());
                assertClose(actual.logProbabilities(), expected.logProbabilities());
                assertClose(actual.proposed(), expected.proposed());
                assertClose(actual.canvasToken(), expected.canvasToken());

                assertThat(plain.tokens()[1]).isNotIn(7, 8, 9);
                assertThat(plain.tokens()[3]).isEqualTo(77);
                assertThat(plain.probability()[3]).isEqualTo(1);
                assertThat(plain.tokens()[4]).isIn(5, 138);
            }
        }
    }

    @Test
    void candidates_and_probabilities_are_those_of_the_logits() {
        for (Transformer model : models) {
            float[] logits = model.logits(IDS);
            ForwardPlan plan = plan(new Sampling(0.5, 1, 3, MASK))
                    .withDetails(new DetailRequest(
                            5, true, Distribution.SOFTMAX, Map.of(POSITIONS[1], List.of(9, MASK, 3))));
            ProposalDetails details =
                    model.forward(List.of(plan)).getFirst().details().orElseThrow();
            for (int i = 0; i < POSITIONS.length; i++) {
                double[] expected = logSoftmax(logits, Math.max(0, POSITIONS[i] - 1), 0.5);
                int[] best = IntStream.range(0, VOCAB)
                        .boxed()
                        .sorted(Comparator.comparingDouble(id -> -expected[id]))
                        .mapToInt(Integer::intValue)
                        .limit(5)
                        .toArray();
                assertThat(Arrays.copyOfRange(details.candidates(), 5 * i, 5 * i + 5))
                        .containsExactly(best);
                for (int k = 0; k < 5; k++) {
                    assertThat((double) details.logProbabilities()[5 * i + k])
                            .isCloseTo(expected[best[k]], within(1e-4));
                }
                int[] asked = i == 1 ? new int[] {9, MASK, 3} : new int[0];
                assertThat(details.asked()[i]).hasSameSizeAs(asked);
                for (int k = 0; k < asked.length; k++) {
                    if (asked[k] == MASK) {
                        assertThat(details.asked()[i][k]).isEqualTo(Float.NEGATIVE_INFINITY);
                    } else {
                        assertThat((double) details.asked()[i][k]).isCloseTo(expected[asked[k]], within(1e-4));
                    }
                }
                double canvas = Math.exp(expected[IDS[POSITIONS[i]]]);
                assertThat((double) details.canvasToken()[i]).isCloseTo(canvas, within(1e-5));
            }
        }
    }

    @Test
    void what_is_cut_has_no_probability_among_what_is_sampled_and_missing_candidates_are_no_token() {
        for (Transformer model : models) {
            ForwardPlan plan =
                    plan(new Sampling(0, 1, 2, MASK)).withDetails(new DetailRequest(5, true, Distribution.SAMPLED));
            Proposals proposals = model.forward(List.of(plan)).getFirst();
            ProposalDetails details = proposals.details().orElseThrow();
            for (int i = 0; i < POSITIONS.length; i++) {
                int[] candidates = Arrays.copyOfRange(details.candidates(), 5 * i, 5 * i + 5);
                assertThat(candidates[0]).isEqualTo(proposals.tokens()[i]);
                assertThat(candidates[1]).isNotNegative();
                assertThat(Arrays.copyOfRange(candidates, 2, 5)).containsOnly(Sampling.NO_TOKEN);
                assertThat(details.logProbabilities()[5 * i + 2]).isEqualTo(Float.NEGATIVE_INFINITY);
                assertThat(Math.exp(details.proposed()[i]))
                        .isCloseTo((double) proposals.probability()[i], within(1e-6));
                int standing = IDS[POSITIONS[i]];
                if (standing != candidates[0] && standing != candidates[1]) {
                    assertThat(details.canvasToken()[i]).isZero();
                }
            }
        }
    }

    @Test
    void details_and_filters_that_allow_all_change_no_proposal() {
        for (Transformer model : models) {
            for (Sampling sampling : List.of(new Sampling(0, 1, 0, MASK), new Sampling(0.8, 0.9, 5, MASK))) {
                BitSet all = new BitSet();
                all.set(0, VOCAB);
                ForwardPlan plain = plan(sampling);
                ForwardPlan asked = plain.withFilters(List.of(
                                TokenFilter.NONE,
                                TokenFilter.NONE,
                                TokenFilter.only(all),
                                TokenFilter.allBut(MASK),
                                TokenFilter.NONE))
                        .withDetails(new DetailRequest(8, true, Distribution.SOFTMAX));
                Proposals expected = model.forward(List.of(plain)).getFirst();
                Proposals actual = model.forward(List.of(asked)).getFirst();
                assertThat(actual.tokens()).isEqualTo(expected.tokens());
                assertThat(actual.probability()).isEqualTo(expected.probability());
                assertThat(actual.margin()).isEqualTo(expected.margin());
                assertThat(actual.negativeEntropy()).isEqualTo(expected.negativeEntropy());
                assertThat(expected.details()).isEmpty();
            }
        }
    }

    @Test
    void filters_that_leave_no_token_or_name_one_that_is_none_are_refused_with_the_position() {
        for (Transformer model : models) {
            assertRefused(
                    model,
                    TokenFilter.only(MASK),
                    "the token filter of position 7 leaves no token that may be " + "proposed");
            int[] others = IntStream.range(0, VOCAB).filter(id -> id != MASK).toArray();
            assertRefused(model, TokenFilter.allBut(others), "leaves no token that may be proposed");
            assertRefused(
                    model,
                    TokenFilter.only(3, VOCAB),
                    "the token filter of position 7 names token 139, which is " + "not in [0, 139)");
            assertRefused(model, TokenFilter.allBut(VOCAB), "names token 139");
        }
    }

    private static void assertRefused(Transformer model, TokenFilter filter, String message) {
        List<TokenFilter> filters =
                List.of(TokenFilter.NONE, TokenFilter.NONE, filter, TokenFilter.NONE, TokenFilter.NONE);
        ForwardPlan plan = plan(new Sampling(0, 1, 0, MASK)).withFilters(filters);
        assertThatThrownBy(() -> model.forward(List.of(plan)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static ForwardPlan plan(Sampling sampling) {
        return new ForwardPlan(IDS, 0, CacheAccess.NONE, POSITIONS, sampling, 99);
    }

    private static BitSet some(SplittableRandom random) {
        BitSet some = new BitSet();
        random.ints(9, 5, VOCAB).forEach(some::set);
        return some;
    }

    /** Of a row at a temperature, without the mask. */
    private static double[] logSoftmax(float[] logits, int row, double temperature) {
        double[] values = new double[VOCAB];
        double sum = 0;
        for (int id = 0; id < VOCAB; id++) {
            values[id] = id == MASK ? Double.NEGATIVE_INFINITY : logits[row * VOCAB + id] / temperature;
            sum += Math.exp(values[id]);
        }
        double logSum = Math.log(sum);
        return Arrays.stream(values).map(value -> value - logSum).toArray();
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.isInfinite(expected[i])) {
                assertThat(actual[i]).isEqualTo(expected[i]);
            } else {
                assertThat(actual[i]).isCloseTo(expected[i], within(2e-4f));
            }
        }
    }
}
