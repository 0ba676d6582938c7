package io.github.coda4j.tensor.products;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of 4 bits are int8 ones in half the memory. */
class Int4WeightTest {
    private static final int GROUP = 64;

    /** Inputs that come in eights, in fours and otherwise, of which the kernel takes only the first. */
    @ParameterizedTest
    @CsvSource({"1,1,64", "7,8,9", "8,9,33", "9,33,48", "33,48,207", "48,207,136", "3,50,76", "2,17,520"})
    void products_are_those_of_the_int8_weight_to_the_bit(int rows, int outputs, int inputs) {
        SplittableRandom random = new SplittableRandom(rows);
        try (Arena arena = Arena.ofConfined();
                LargePages pages = new LargePages(1);
                Scope _ = Scope.open()) {
            Int4Weight weight = weight(arena, random, outputs, inputs);
            MemorySegment bytes = arena.allocate((long) outputs * inputs);
            weight.unpack(bytes);
            ProductPaths.Int8 here = ProductPaths.here().int8();
            for (ProductPaths.Int8 path : new ProductPaths.Int8[] {here, ProductPaths.Int8.FLOATS}) {
                Tensor input = Tensor.empty(DType.U8, Device.CPU, rows, inputs);
                for (int i = 0; i < rows * inputs; i++) {
                    // 7 bits where pairs of products are summed in 16.
                    input.memory().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(1, 2 * path.zeroPoint()));
                }
                for (DType result : new DType[] {DType.F32, DType.BF16}) {
                    try (PackedLinear four = PackedLinear.int4(path, weight, result, pages);
                            PackedLinear eight =
                                    PackedLinear.int8(path, bytes, weight.scales(), outputs, inputs, result, pages)) {
                        assertThat(four.outputType()).isEqualTo(eight.outputType());
                        assertThat(four.forward(input).to(DType.F32).toFloats())
                                .as("%s giving %s", path, result)
                                .containsExactly(
                                        eight.forward(input).to(DType.F32).toFloats());
                    }
                }
            }
        }
    }

    @Test
    void a_weight_is_its_step_times_the_distance_from_its_zero() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment q = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0xF0, (byte) 0x58, (byte) 0x0E);
            MemorySegment groups = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0x8F, (byte) 0x00, (byte) 0xF7);
            Int4Weight weight = new Int4Weight(WeightRows.of(q, 3), WeightRows.of(groups, 3), new float[] {1}, 1, 5, 2);
            MemorySegment bytes = arena.allocate(5);
            weight.unpack(bytes);
            assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).containsExactly(-128, 112, 8, 5, -8);
        }
    }

    private static Int4Weight weight(Arena arena, SplittableRandom random, int outputs, int inputs) {
        byte[] q = new byte[outputs * Math.ceilDiv(inputs, 2)];
        random.nextBytes(q);
        byte[] groups = new byte[outputs * Math.ceilDiv(inputs, GROUP)];
        for (int i = 0; i < groups.length; i++) {
            int step = random.nextInt(1, 17);
            int zero = random.nextInt(Math.max(0, 15 - 127 / step), Math.min(15, 128 / step) + 1);
            groups[i] = (byte) (step - 1 | zero << 4);
        }
        float[] scales = new float[outputs];
        Arrays.fill(scales, 0.013f);
        return new Int4Weight(
                WeightRows.of(arena.allocateFrom(ValueLayout.JAVA_BYTE, q), q.length / outputs),
                WeightRows.of(arena.allocateFrom(ValueLayout.JAVA_BYTE, groups), groups.length / outputs),
                scales,
                outputs,
                inputs,
                GROUP);
    }
}
