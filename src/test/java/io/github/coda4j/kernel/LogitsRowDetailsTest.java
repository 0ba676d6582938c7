package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a row answers beside its proposal, and rows of which only some tokens may be proposed. */
@Tag("slow")
class LogitsRowDetailsTest {
    private static final int NONE = -1;

    @FunctionalInterface
    private interface Reduction {
        RowProposal reduce(
                MemorySegment logits, long offset, int numTokens, RowRule rule, double uniform, RowDetails details);
    }

    private static final List<Reduction> REDUCTIONS = List.of(LogitsRow::reduce, PlainLogitsRow::reduce);

    private record Answer(RowProposal proposal, RowDetails details) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 13, 33, 63, 64, 65, 128, 207, 1024, 3001, 151_936})
    void the_fast_row_answers_what_the_plain_one_answers(int numTokens) {
        long seed = 815 + numTokens;
        Random random = new Random(seed);
        double[][] samplings = {{0, 1, 0}, {0.7, 1, 0}, {0, 0.9, 0}, {1.3, 0.6, 40}, {0, 1, 5}};
        for (double[] sampling : samplings) {
            for (int round = 0; round < 4; round++) {
                float[] row = gaussian(random, numTokens, round == 0 ? 0.01f : 3);
                int best = random.nextInt(numTokens);
                RowRule rule = restricted(
                        new RowRule(sampling[0], sampling[1], (int) sampling[2], NONE), random, numTokens, best, round);
                int count = new int[] {0, 1, 5, 20}[random.nextInt(4)];
                int other = random.nextInt(numTokens + 1) - 1;
                boolean beforeCuts = random.nextBoolean();
                double uniform = random.nextDouble();
                int[] asked = {numTokens - 1, Math.max(0, other), best};
                Answer fast =
                        answer(LogitsRow::reduce, row, rule, uniform, new RowDetails(count, other, asked, beforeCuts));
                Answer plain = answer(
                        PlainLogitsRow::reduce, row, rule, uniform, new RowDetails(count, other, asked, beforeCuts));
                String what = "seed %d, %s, round %d, %d wanted, other %d, %s"
                        .formatted(seed, Arrays.toString(sampling), round, count, other, beforeCuts);
                assertThat(fast.details.ids()).as(what).isEqualTo(plain.details.ids());
                assertClose(what, fast.details.logProbabilities(), plain.details.logProbabilities());
                if (sampling[0] == 0 || numTokens < 4000) {
                    assertThat(fast.proposal.token()).as(what).isEqualTo(plain.proposal.token());
                    assertClose(what, fast.details.proposed(), plain.details.proposed());
                }
                if (other >= 0) {
                    assertClose(what, fast.details.other(), plain.details.other());
                    assertThat(fast.details.asked()[1]).as(what).isEqualTo(fast.details.other());
                }
                assertClose(what, fast.details.asked(), plain.details.asked());
                if (count > 0) {
                    assertThat(fast.details.asked()[2])
                            .as(what)
                            .isLessThanOrEqualTo(fast.details.logProbabilities()[0]);
                }
                assertThat(fast.proposal.margin()).as(what).isCloseTo(plain.proposal.margin(), within(1e-6f));
                RowProposal alone = reduce(row, rule, uniform);
                assertThat(fast.proposal)
                        .as(what + ": details change no proposal")
                        .isEqualTo(alone);
            }
        }
    }

    /** All tokens, all but some, only some, or one alone; the best one always stays. */
    private static RowRule restricted(RowRule rule, Random random, int numTokens, int best, int round) {
        return switch (round) {
            case 0 -> rule;
            case 1 ->
                rule.without(
                        random.ints(5, 0, numTokens).filter(id -> id != best).toArray());
            case 2 -> {
                BitSet some = new BitSet();
                for (int id = 0; id < numTokens; id++) {
                    some.set(id, id == best || random.nextInt(3) == 0);
                }
                yield rule.only(some.toLongArray());
            }
            default -> {
                BitSet one = new BitSet();
                one.set(best);
                yield rule.only(one.toLongArray());
            }
        };
    }

    @Test
    void a_filter_that_leaves_one_token_proposes_it_for_certain() {
        for (int numTokens : new int[] {5, 64, 70, 207}) {
            float[] row = gaussian(new Random(numTokens), numTokens, 5);
            for (int one : new int[] {0, 3, numTokens - 1}) {
                BitSet bits = new BitSet();
                bits.set(one);
                int[] others = java.util.stream.IntStream.range(0, numTokens)
                        .filter(id -> id != one)
                        .toArray();
                for (RowRule rule : List.of(
                        new RowRule(0.8, 0.9, 3, NONE).only(bits.toLongArray()),
                        new RowRule(0, 1, 0, NONE).without(others))) {
                    for (Reduction reduction : REDUCTIONS) {
                        Answer answer = answer(reduction, row, rule, 0.77, new RowDetails(3, one, false));
                        assertThat(answer.proposal.token()).isEqualTo(one);
                        assertThat(answer.proposal.probability()).isEqualTo(1);
                        assertThat(answer.proposal.negativeEntropy()).isCloseTo(0, within(1e-6f));
                        assertThat(answer.details.ids()).containsExactly(one, NONE, NONE);
                        assertThat(answer.details.logProbabilities())
                                .containsExactly(0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
                        assertThat(answer.details.other()).isZero();
                    }
                }
            }
        }
    }

    @Test
    void log_probabilities_are_of_the_softmax_after_temperature_and_cuts_or_before_the_cuts() {
        float[] row = {1, 4, 3, 2, 0};
        double temperature = 0.5;
        double all = exp(2) + exp(8) + exp(6) + exp(4) + exp(0);
        double two = exp(8) + exp(6);
        RowRule rule = new RowRule(temperature, 1, 2, NONE);
        for (Reduction reduction : REDUCTIONS) {
            RowDetails after = answer(reduction, row, rule, 0, new RowDetails(3, 3, false)).details;
            assertThat(after.ids()).containsExactly(1, 2, NONE);
            assertThat(after.logProbabilities()[0]).isCloseTo((float) Math.log(exp(8) / two), within(1e-6f));
            assertThat(after.logProbabilities()[1]).isCloseTo((float) Math.log(exp(6) / two), within(1e-6f));
            assertThat(after.other()).isEqualTo(Float.NEGATIVE_INFINITY);
            assertThat(after.proposed()).isEqualTo(after.logProbabilities()[0]);

            RowDetails before = answer(reduction, row, rule, 0, new RowDetails(3, 3, true)).details;
            assertThat(before.ids()).containsExactly(1, 2, 3);
            assertThat(before.logProbabilities()[0]).isCloseTo((float) Math.log(exp(8) / all), within(1e-6f));
            assertThat(before.logProbabilities()[2]).isCloseTo((float) Math.log(exp(4) / all), within(1e-6f));
            assertThat(before.other()).isEqualTo(before.logProbabilities()[2]);
            assertThat(before.proposed()).isEqualTo(before.logProbabilities()[0]);
        }
    }

    @Test
    void removed_tokens_take_part_in_neither_softmax() {
        float[] row = {1, 4, 3, 2, 0};
        double left = exp(1) + exp(3) + exp(0);
        for (Reduction reduction : REDUCTIONS) {
            for (boolean beforeCuts : new boolean[] {true, false}) {
                RowRule rule = new RowRule(0, 1, 4, 1).without(new int[] {3});
                RowDetails details = answer(reduction, row, rule, 0, new RowDetails(9, 1, beforeCuts)).details;
                assertThat(Arrays.copyOf(details.ids(), 4)).containsExactly(2, 0, 4, NONE);
                assertThat(details.logProbabilities()[1]).isCloseTo((float) Math.log(exp(1) / left), within(1e-6f));
                assertThat(details.other()).isEqualTo(Float.NEGATIVE_INFINITY);
            }
        }
    }

    @Test
    void a_draw_of_zero_proposes_no_removed_token() {
        for (int numTokens : new int[] {9, 300, 5000}) {
            float[] row = gaussian(new Random(numTokens), numTokens, 3);
            BitSet last = new BitSet();
            last.set(numTokens - 2, numTokens);
            for (Reduction reduction : REDUCTIONS) {
                RowRule rule = new RowRule(1, 1, 0, NONE).only(last.toLongArray());
                RowProposal proposal = answer(reduction, row, rule, 0, new RowDetails(0, NONE, false)).proposal;
                assertThat(proposal.token()).isEqualTo(numTokens - 2);
            }
        }
    }

    @Test
    void of_equal_tokens_the_lower_ids_come_first() {
        for (int numTokens : new int[] {6, 100, 2000}) {
            float[] row = new float[numTokens];
            row[5] = 1;
            row[2] = -0.0f;
            for (Reduction reduction : REDUCTIONS) {
                RowDetails details =
                        answer(reduction, row, new RowRule(0, 1, 0, NONE), 0, new RowDetails(4, NONE, false)).details;
                assertThat(details.ids()).containsExactly(5, 0, 1, 2);
            }
        }
    }

    @Test
    void a_row_with_nan_answers_nan() {
        float[] row = gaussian(new Random(5), 100, 2);
        row[17] = Float.NaN;
        RowDetails details =
                answer(LogitsRow::reduce, row, new RowRule(0, 1, 0, NONE), 0, new RowDetails(2, 3, false)).details;
        assertThat(details.logProbabilities()[0]).isNaN();
        assertThat(details.proposed()).isNaN();
        assertThat(details.other()).isNaN();
    }

    @Test
    void tokens_that_are_none_are_refused() {
        float[] row = new float[3];
        RowRule greedy = new RowRule(0, 1, 0, NONE);
        assertThatThrownBy(() -> answer(LogitsRow::reduce, row, greedy, 0, new RowDetails(1, 3, false)))
                .hasMessage("the token 3, whose probability is wanted, is none of 3 ids");
        assertThatThrownBy(() -> reduce(row, greedy.without(new int[] {0, 3}), 0))
                .hasMessage("the removed token 3 is none of 3 ids");
        assertThatThrownBy(() -> reduce(row, greedy.without(new int[] {-1}), 0))
                .hasMessage("the removed token -1 is none of 3 ids");
    }

    private static double exp(double x) {
        return Math.exp(x);
    }

    private static void assertClose(String what, float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertClose(what, actual[i], expected[i]);
        }
    }

    private static void assertClose(String what, float actual, float expected) {
        if (Float.isInfinite(expected)) {
            assertThat(actual).as(what).isEqualTo(expected);
        } else {
            assertThat(actual).as(what).isCloseTo(expected, within(2e-6f + 1e-6f * Math.abs(expected)));
        }
    }

    /** The row lies at an odd place between other numbers, which must not be touched. */
    private static Answer answer(Reduction reduction, float[] row, RowRule rule, double uniform, RowDetails details) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4L * (row.length + 6), 4);
            MemorySegment.copy(row, 0, memory, ValueLayout.JAVA_FLOAT, 12, row.length);
            int end = row.length + 3;
            for (int i : new int[] {0, 1, 2, end, end + 1, end + 2}) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1000);
            }
            RowProposal proposal = reduction.reduce(memory, 12, row.length, rule, uniform, details);
            for (int i : new int[] {0, 1, 2, end, end + 1, end + 2}) {
                assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(1000);
            }
            return new Answer(proposal, details);
        }
    }

    private static RowProposal reduce(float[] row, RowRule rule, double uniform) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, row);
            return LogitsRow.reduce(memory, 0, row.length, rule, uniform);
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
