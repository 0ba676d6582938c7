package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.TensorFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class LogitsRowTest {
    private static final int NONE = -1;

    @FunctionalInterface
    private interface Reduction {
        RowProposal reduce(MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform);
    }

    @FunctionalInterface
    private interface Filter {
        void filter(MemorySegment logits, long offset, int numTokens, RowRule rule);
    }

    private static final List<Reduction> REDUCTIONS = List.of(LogitsRow::reduce, PlainLogitsRow::reduce);
    private static final List<Filter> FILTERS = List.of(LogitsRow::filter, PlainLogitsRow::filter);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1024, 3001, 151_936})
    void the_fast_row_equals_the_plain_one(int numTokens) {
        long seed = 4711 + numTokens;
        Random random = new Random(seed);
        double[][] samplings = {
            {0, 1, 0}, {0.7, 1, 0}, {0, 0.9, 0}, {0.1, 0.9, 0}, {0, 1, 5}, {1.3, 0.6, 40}, {0, 0.3, 3}
        };
        for (double[] sampling : samplings) {
            for (float spread : new float[] {0.01f, 2, 15}) {
                float[] row = gaussian(random, numTokens, spread);
                int excluded = numTokens > 1 && random.nextBoolean() ? random.nextInt(numTokens) : NONE;
                double uniform = random.nextDouble();
                String what = "seed %d, %s, spread %s, excluded %d"
                        .formatted(seed, Arrays.toString(sampling), spread, excluded);
                RowProposal fast = reduce(LogitsRow::reduce, row, sampling, excluded, uniform);
                RowProposal plain = reduce(PlainLogitsRow::reduce, row, sampling, excluded, uniform);
                if (sampling[0] == 0 || numTokens < 4000) {
                    assertThat(fast.token()).as(what).isEqualTo(plain.token());
                    assertThat(fast.probability()).as(what).isCloseTo(plain.probability(), within(1e-6f));
                }
                assertThat(fast.margin()).as(what).isCloseTo(plain.margin(), within(1e-6f));
                assertThat(fast.negativeEntropy()).as(what).isCloseTo(plain.negativeEntropy(), within(1e-5f));
                float[] kept = filter(LogitsRow::filter, row, sampling, excluded);
                assertThat(kept).as(what).isEqualTo(filter(PlainLogitsRow::filter, row, sampling, excluded));
            }
        }
    }

    @Test
    void equals_the_original_on_every_golden_row() {
        TensorFile golden = TensorFile.read(Goldens.path("generate/sample_tokens.safetensors"));
        for (JsonNode json : Goldens.cases("generate/sample_tokens.json")) {
            float[] logits = golden.floats(json.get("logits").textValue());
            int numTokens = golden.shape(json.get("logits").textValue())[1];
            String prefix = json.get("prefix").textValue();
            double[] sampling = {
                json.get("temperature").doubleValue(),
                json.get("top_p").isNull() ? 1 : json.get("top_p").doubleValue(),
                json.get("top_k").isNull() ? 0 : json.get("top_k").intValue()
            };
            List<String> has = new ArrayList<>();
            json.get("has").forEach(name -> has.add(name.textValue()));
            for (int n = 0; n < logits.length / numTokens; n++) {
                float[] row = Arrays.copyOfRange(logits, n * numTokens, (n + 1) * numTokens);
                float[] expected = Arrays.copyOfRange(
                        golden.floats(prefix + ".filtered_logits"), n * numTokens, (n + 1) * numTokens);
                for (Filter filter : FILTERS) {
                    float[] kept = filter(filter, row, sampling, NONE);
                    assertThat(kept).as("%s row %d", prefix, n).containsExactly(expected, within(1e-6f));
                }
                if (has.contains("x0")) {
                    for (Reduction reduction : REDUCTIONS) {
                        RowProposal proposal = reduce(reduction, row, sampling, NONE, 0.5);
                        assertThat(proposal.token()).isEqualTo(golden.ints(prefix + ".x0")[n]);
                        assertThat(proposal.probability())
                                .isCloseTo(golden.floats(prefix + ".conf_max")[n], within(1e-6f));
                        assertThat(proposal.margin())
                                .isCloseTo(golden.floats(prefix + ".conf_margin")[n], within(1e-6f));
                        assertThat(proposal.negativeEntropy())
                                .isCloseTo(golden.floats(prefix + ".conf_neg_entropy")[n], within(1e-5f));
                    }
                }
                if (has.contains("probs")) {
                    float[] probs =
                            Arrays.copyOfRange(golden.floats(prefix + ".probs"), n * numTokens, (n + 1) * numTokens);
                    assertDrawsFollow(probs, row, sampling);
                }
            }
        }
    }

    /** A draw in the middle of each token's share of [0, 1) must give that token and its probability. */
    private static void assertDrawsFollow(float[] probs, float[] row, double[] sampling) {
        double before = 0;
        for (int token = 0; token < probs.length; token++) {
            if (probs[token] > 1e-4) {
                for (Reduction reduction : REDUCTIONS) {
                    RowProposal proposal = reduce(reduction, row, sampling, NONE, before + probs[token] / 2);
                    assertThat(proposal.token()).isEqualTo(token);
                    assertThat(proposal.probability()).isCloseTo(probs[token], within(1e-6f));
                }
            }
            before += probs[token];
        }
    }

    @Test
    void the_lowest_id_of_equal_logits_is_proposed() {
        for (int numTokens : new int[] {5, 64, 207}) {
            float[] row = new float[numTokens];
            row[numTokens - 1] = 3;
            row[3] = 3;
            for (Reduction reduction : REDUCTIONS) {
                RowProposal proposal = reduce(reduction, row, new double[] {0, 1, 0}, NONE, 0);
                assertThat(proposal.token()).isEqualTo(3);
                assertThat(proposal.margin()).isZero();
            }
        }
    }

    @Test
    void an_excluded_token_takes_no_part() {
        float[] row = new float[100];
        row[7] = 50;
        row[9] = 2;
        for (Reduction reduction : REDUCTIONS) {
            RowProposal proposal = reduce(reduction, row, new double[] {0, 1, 0}, 7, 0);
            assertThat(proposal.token()).isEqualTo(9);
            assertThat(proposal.probability()).isCloseTo((float) (Math.exp(2) / (Math.exp(2) + 98)), within(1e-6f));
            for (double uniform : new double[] {0, 0.07, 0.5, 0.999999999}) {
                assertThat(reduce(reduction, row, new double[] {0.5, 1, 0}, 7, uniform)
                                .token())
                        .isNotEqualTo(7);
            }
        }
    }

    @Test
    void top_p_keeps_as_many_of_equal_tokens_as_fit_lowest_ids_first() {
        float[] row = new float[8];
        for (Filter filter : FILTERS) {
            float[] kept = filter(filter, row, new double[] {0, 0.3, 0}, NONE);
            assertThat(IntStream.range(0, 8).filter(i -> kept[i] == 0)).containsExactly(0, 1, 2);
        }
    }

    @Test
    void a_greedy_row_without_filters_is_left_as_it_is() {
        float[] row = gaussian(new Random(3), 207, 2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, row);
            LogitsRow.reduce(memory, 0, row.length, new RowRule(0, 1, 0, NONE), 0);
            assertThat(memory.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(row);
        }
    }

    @Test
    void a_row_with_nan_answers_nan() {
        for (int nan : new int[] {0, 5, 99}) {
            float[] row = gaussian(new Random(3), 100, 2);
            row[nan] = Float.NaN;
            RowProposal proposal = reduce(LogitsRow::reduce, row, new double[] {0, 1, 0}, NONE, 0);
            assertThat(proposal.probability()).isNaN();
            assertThat(proposal.negativeEntropy()).isNaN();
        }
        float[] nothing = new float[40];
        Arrays.fill(nothing, Float.NaN);
        assertThat(reduce(LogitsRow::reduce, nothing, new double[] {0, 1, 0}, NONE, 0)
                        .probability())
                .isNaN();
    }

    @Test
    void rows_without_logits_and_unknown_excluded_tokens_are_refused() {
        assertThatThrownBy(() -> reduce(LogitsRow::reduce, new float[0], new double[] {0, 1, 0}, NONE, 0))
                .hasMessageContaining("at least one logit");
        assertThatThrownBy(() -> reduce(LogitsRow::reduce, new float[3], new double[] {0, 1, 0}, 3, 0))
                .hasMessageContaining("the excluded token 3 is none of 3 ids");
    }

    /** The row lies at an odd place between other numbers, which must not be touched. */
    private static RowProposal reduce(
            Reduction reduction, float[] row, double[] sampling, int excluded, double uniform) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = placed(arena, row);
            RowProposal proposal = reduction.reduce(memory, 12, row.length, rule(sampling, excluded), uniform);
            assertNeighborsUntouched(memory, row.length);
            return proposal;
        }
    }

    private static RowRule rule(double[] sampling, int excluded) {
        return new RowRule(sampling[0], sampling[1], (int) sampling[2], excluded);
    }

    private static float[] filter(Filter filter, float[] row, double[] sampling, int excluded) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = placed(arena, row);
            filter.filter(memory, 12, row.length, rule(sampling, excluded));
            assertNeighborsUntouched(memory, row.length);
            return memory.asSlice(12, 4L * row.length).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static MemorySegment placed(Arena arena, float[] row) {
        MemorySegment memory = arena.allocate(4L * (row.length + 6), 4);
        for (int i = 0; i < row.length + 6; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i >= 3 && i < row.length + 3 ? row[i - 3] : 1000);
        }
        return memory;
    }

    private static void assertNeighborsUntouched(MemorySegment memory, int numTokens) {
        for (int i : new int[] {0, 1, 2, numTokens + 3, numTokens + 4, numTokens + 5}) {
            assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(1000);
        }
    }

    private static float[] gaussian(Random random, int numTokens, float spread) {
        float[] row = new float[numTokens];
        for (int i = 0; i < numTokens; i++) {
            row[i] = (float) random.nextGaussian() * spread;
        }
        return row;
    }
}
