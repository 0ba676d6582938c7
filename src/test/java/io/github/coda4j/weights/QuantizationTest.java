package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.CodaException;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizationTest {
    @TempDir
    Path parent;

    @Test
    void bf16_is_the_nearest_value_with_ties_to_even() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (Math.abs(value) < 0x1.fep127f) {
                assertThat(DTypeConversion.toBf16(value))
                        .as("seed %d: %a", seed, value)
                        .isEqualTo(nearest(value));
            }
        }
        assertThat(DTypeConversion.toBf16(0x1.01p0f)).isEqualTo((short) 0x3f80);
        assertThat(DTypeConversion.toBf16(0x1.03p0f)).isEqualTo((short) 0x3f82);
        assertThat(DTypeConversion.toBf16(-0f)).isEqualTo((short) 0x8000);
        assertThat(DTypeConversion.fromBf16(DTypeConversion.toBf16(Float.MAX_VALUE)))
                .isInfinite();
        assertThat(DTypeConversion.fromBf16(DTypeConversion.toBf16(Float.NEGATIVE_INFINITY)))
                .isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(DTypeConversion.fromBf16(DTypeConversion.toBf16(Float.intBitsToFloat(0x7f80_0001))))
                .isNaN();
    }

    /** By exact decimal distance to both neighbours. */
    private static short nearest(float value) {
        int down = Float.floatToRawIntBits(value) >>> 16;
        BigDecimal toDown = distance(value, down);
        BigDecimal toUp = distance(value, down + 1);
        int order = toDown.compareTo(toUp);
        return (short) (order < 0 || order == 0 && down % 2 == 0 ? down : down + 1);
    }

    private static BigDecimal distance(float value, int bits) {
        return new BigDecimal(value)
                .subtract(new BigDecimal(Float.intBitsToFloat(bits << 16)))
                .abs();
    }

    @Test
    void conversions_agree_on_awkward_sizes_and_unaligned_memory() {
        for (int size : new int[] {0, 1, 7, 13, 33, 207, 70_000}) {
            float[] values = new float[size];
            short[] halves = new short[size];
            for (int i = 0; i < size; i++) {
                halves[i] = Float.floatToFloat16((i - 20) * 0.37f);
                values[i] = Float.float16ToFloat(halves[i]);
            }
            MemorySegment unaligned =
                    MemorySegment.ofArray(new byte[4 * size + 1]).asSlice(1);
            DTypeConversion.convert(MemorySegment.ofArray(halves), DType.F16, unaligned, DType.F32);
            assertThat(unaligned.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).isEqualTo(values);
            short[] brains = new short[size];
            DTypeConversion.convert(unaligned, DType.F32, MemorySegment.ofArray(brains), DType.BF16);
            float[] back = new float[size];
            DTypeConversion.convert(MemorySegment.ofArray(brains), DType.BF16, MemorySegment.ofArray(back), DType.F32);
            for (int i = 0; i < size; i++) {
                assertThat(back[i]).isCloseTo(values[i], within(Math.abs(values[i]) / 256));
            }
        }
    }

    @Test
    void confined_memory_is_converted_too() {
        try (Arena arena = Arena.ofConfined()) {
            int size = 300_000;
            MemorySegment source = arena.allocate(4L * size);
            source.setAtIndex(ValueLayout.JAVA_FLOAT, size - 1, 2.5f);
            MemorySegment target = arena.allocate(2L * size);
            DTypeConversion.convert(source, DType.F32, target, DType.BF16);
            assertThat(DTypeConversion.fromBf16(target.getAtIndex(ValueLayout.JAVA_SHORT, size - 1)))
                    .isEqualTo(2.5f);
        }
    }

    @Test
    void conversions_of_other_kinds_or_sizes_are_refused() {
        MemorySegment eight = MemorySegment.ofArray(new byte[8]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DTypeConversion.convert(eight, DType.I8, eight, DType.F32))
                .withMessageContaining("cannot convert from I8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DTypeConversion.convert(eight, DType.F32, eight, DType.F16))
                .withMessageContaining("cannot convert to F16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DTypeConversion.convert(eight, DType.F32, eight, DType.BF16))
                .withMessageContaining("8 bytes of F32 do not convert into 8 bytes of BF16");
    }

    @Test
    void rows_are_scaled_by_their_largest_magnitude_and_rounded_ties_to_even() {
        float[] rows = {
            127, -127, 0.5f, 1.5f, 2.5f, -2.5f, 0, 0, 0, 0, -0f, 0, -254, 3, 1, 2, 5, 7, Float.MIN_VALUE, 0, 0, 0, 0, 0
        };
        byte[] quantized = new byte[rows.length];
        float[] scales = new float[4];
        Quantizer.quantize(
                MemorySegment.ofArray(rows),
                DType.F32,
                6,
                MemorySegment.ofArray(quantized),
                MemorySegment.ofArray(scales),
                "w",
                0);
        assertThat(scales).containsExactly(1, 0, 2, 0);
        assertThat(quantized)
                .containsExactly(127, -127, 0, 2, 2, -2, 0, 0, 0, 0, 0, 0, -127, 2, 0, 1, 2, 4, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void a_weight_that_is_not_finite_is_refused_with_its_place() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] rows = {1, 2, 3, 4, bad, 6};
            assertThatExceptionOfType(CodaException.class)
                    .isThrownBy(() -> Quantizer.quantize(
                            MemorySegment.ofArray(rows),
                            DType.F32,
                            3,
                            MemorySegment.ofArray(new byte[6]),
                            MemorySegment.ofArray(new float[2]),
                            "x_proj.weight",
                            100))
                    .withMessage(
                            "tensor x_proj.weight holds " + bad + " in row 101, column 1; such weights cannot be used");
        }
    }

    @Test
    void finite_checkpoints_pass_the_weight_check() {
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/c-sharded-bf16"))) {
            List<Long> heard = new ArrayList<>();
            WeightCheck.refuseNotFinite(in, (tensor, done, total) -> heard.add(done));
            assertThat(heard).isSorted().endsWith(in.totalBytes());
        }
    }
}
