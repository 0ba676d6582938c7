package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxTest {
    private static final NumberKind[] KINDS = {NumberKind.F32, NumberKind.BF16};
    private static final int ROWS = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void exponentials_equal_their_plain_twin(int columns) {
        Random random = new Random(columns);
        for (double magnitude : new double[] {1e-20, 1, 9, 1e4, 1e30}) {
            for (NumberKind kind : KINDS) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment fast = Twins.random(arena, kind, 11 + ROWS * columns, magnitude, random);
                    for (int i = 0; i < columns; i++) {
                        PlainElements.put(-Math.abs(PlainElements.get(fast, kind, 11 + i)), fast, kind, 11 + i);
                    }
                    MemorySegment plain = Twins.copy(arena, fast);
                    float[] fastSums = new float[ROWS + 2];
                    float[] plainSums = new float[ROWS + 2];
                    Softmax.exponentiate(fast, kind, 11, ROWS, columns, fastSums, 2);
                    PlainSoftmax.exponentiate(plain, kind, 11, ROWS, columns, plainSums, 2);
                    String what = "magnitude " + magnitude;
                    Twins.assertSame(kind, fast, plain, 11 + ROWS * columns, 1e-37, what);
                    for (int r = 0; r < plainSums.length; r++) {
                        assertThat(fastSums[r])
                                .as(what)
                                .isCloseTo(
                                        plainSums[r], within((kind == NumberKind.F32 ? 1e-6f : 4e-6f) * plainSums[r]));
                    }
                }
            }
        }
    }

    @Test
    void what_is_infinitely_small_weighs_nothing() {
        for (NumberKind kind : KINDS) {
            for (int columns : new int[] {2, 40}) {
                try (Arena arena = Arena.ofConfined()) {
                    float[] row = new float[columns];
                    Arrays.fill(row, Float.NEGATIVE_INFINITY);
                    row[columns - 1] = -3;
                    MemorySegment scores = Twins.memory(arena, kind, row);
                    float[] sums = new float[1];
                    Softmax.exponentiate(scores, kind, 0, 1, columns, sums, 0);
                    assertThat(sums[0]).isEqualTo(1);
                    assertThat(PlainElements.get(scores, kind, 0)).isCloseTo(0, within(1e-37f));
                    assertThat(PlainElements.get(scores, kind, columns - 1)).isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = NumberKind.class,
            names = {"F32", "BF16"})
    void a_nan_spoils_the_sum_of_its_row(NumberKind kind) {
        for (int columns : new int[] {1, 7, 33, 207}) {
            for (int where : new int[] {0, columns / 2, columns - 1}) {
                for (int nan : new int[] {0x7FC00000, 0xFFC00000}) {
                    try (Arena arena = Arena.ofConfined()) {
                        float[] numbers = Twins.numbers(2 * columns, 1, new Random(6));
                        MemorySegment scores = Twins.memory(arena, kind, numbers);
                        if (kind == NumberKind.F32) {
                            scores.set(ValueLayout.JAVA_INT, 4L * where, nan);
                        } else {
                            scores.set(ValueLayout.JAVA_SHORT, 2L * where, (short) (nan >> 16));
                        }
                        float[] sums = new float[2];
                        Softmax.exponentiate(scores, kind, 0, 2, columns, sums, 0);
                        assertThat(sums[0])
                                .as("NaN at %d of %d", where, columns)
                                .isNaN();
                        assertThat(sums[1]).isFinite();
                    }
                }
            }
        }
    }
}
