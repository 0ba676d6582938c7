package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounding to 4 bits with steps and zeros per group. */
class GroupQuantizerTest {
    private static final int GROUP = GroupQuantizer.GROUP;

    /** Rows as they are stored. */
    private record Stored(byte[] values, byte[] groups, float[] scales, int columns) {
        static Stored of(float[] weights, int columns) {
            int rows = weights.length / columns;
            Stored stored = new Stored(
                    new byte[Math.toIntExact(rows * GroupQuantizer.valueBytes(columns))],
                    new byte[Math.toIntExact(rows * GroupQuantizer.groupBytes(columns))],
                    new float[rows],
                    columns);
            GroupQuantizer.quantize(
                    MemorySegment.ofArray(weights),
                    DType.F32,
                    columns,
                    MemorySegment.ofArray(stored.values),
                    MemorySegment.ofArray(stored.groups),
                    MemorySegment.ofArray(stored.scales),
                    "w",
                    0);
            return stored;
        }

        int step(int row, int column) {
            return (groupByte(row, column) & 15) + 1;
        }

        int zero(int row, int column) {
            return groupByte(row, column) >> 4 & 15;
        }

        private byte groupByte(int row, int column) {
            return groups[row * Math.ceilDiv(columns, GROUP) + column / GROUP];
        }

        int int8(int row, int column) {
            int q = values[row * Math.ceilDiv(columns, 2) + column / 2] >> 4 * (column % 2) & 15;
            return step(row, column) * (q - zero(row, column));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 33, 48, 63, 64, 65, 207})
    void weights_are_within_half_a_step_unless_the_group_loses_less_by_clipping(int columns) {
        SplittableRandom random = new SplittableRandom(columns);
        float[] weights = new float[5 * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        Stored stored = Stored.of(weights, columns);
        double lost = 0;
        double all = 0;
        for (int i = 0; i < weights.length; i++) {
            int row = i / columns;
            int value = stored.int8(row, i % columns);
            assertThat(value).isBetween(-128, 127);
            double difference = value * stored.scales[row] - weights[i];
            lost += difference * difference;
            all += weights[i] * weights[i];
        }
        // 16 even levels over a group's whole range, 5 standard deviations of many values, lose 9 % of them.
        assertThat(Math.sqrt(lost / all)).isLessThan(0.11);
    }

    @Test
    void whole_groups_of_few_levels_are_exact() {
        float[] row = new float[3 * GROUP];
        for (int i = 0; i < GROUP; i++) {
            row[i] = 7 * (i % 16 - 8); // -56 to 49
            row[GROUP + i] = i % 16; // 0 to 15
            row[2 * GROUP + i] = i == 0 ? -119 : 0; // makes the scale 1, and is rounded to 15 steps of 8
        }
        Stored stored = Stored.of(row, row.length);
        assertThat(stored.scales[0]).isEqualTo(1);
        for (int i = 0; i < 2 * GROUP; i++) {
            assertThat((float) stored.int8(0, i)).as("column %d", i).isEqualTo(row[i]);
        }
    }

    @Test
    void extremes_stay_within_a_signed_byte_and_keep_their_place() {
        SplittableRandom random = new SplittableRandom(3);
        float[] weights = new float[200 * GROUP];
        for (int row = 0; row < 200; row++) {
            float low = -(float) random.nextDouble();
            float high = (float) random.nextDouble();
            for (int i = 0; i < GROUP; i++) {
                weights[row * GROUP + i] = random.nextBoolean() ? low : high;
            }
        }
        Stored stored = Stored.of(weights, GROUP);
        for (int i = 0; i < weights.length; i++) {
            int row = i / GROUP;
            assertThat(stored.int8(row, i % GROUP)).isBetween(-128, 127);
            assertThat(Math.abs(stored.int8(row, i % GROUP) * stored.scales[row] - weights[i]))
                    .isLessThanOrEqualTo(stored.scales[row] * (stored.step(row, i % GROUP) / 2f + 1));
        }
    }

    @Test
    void rows_that_vanish_are_zeros_and_what_is_not_finite_is_refused() {
        float[] weights = new float[2 * GROUP];
        Arrays.fill(weights, GROUP, 2 * GROUP, Float.MIN_VALUE);
        Stored stored = Stored.of(weights, GROUP);
        assertThat(stored.scales).containsExactly(0, 0);
        for (int i = 0; i < weights.length; i++) {
            assertThat(stored.int8(i / GROUP, i % GROUP)).isZero();
        }
        weights[GROUP + 3] = Float.NaN;
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> Stored.of(weights, GROUP))
                .withMessage("tensor w holds NaN in row 1, column 3; such weights cannot be used");
    }

    @Test
    void memory_of_another_size_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GroupQuantizer.quantize(
                        MemorySegment.ofArray(new float[10]),
                        DType.F32,
                        10,
                        MemorySegment.ofArray(new byte[4]),
                        MemorySegment.ofArray(new byte[1]),
                        MemorySegment.ofArray(new float[1]),
                        "w",
                        0))
                .withMessageContaining("1 rows of 10 do not fit 40 bytes of F32, 4 of values and 1 of groups");
    }
}
