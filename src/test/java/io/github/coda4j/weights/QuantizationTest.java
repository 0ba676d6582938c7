package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
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
    void an_untied_checkpoint_becomes_int8_with_scales_and_is_marked_in_its_config() throws IOException {
        Path out = parent.resolve("int8");
        List<Long> heard = new ArrayList<>();
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            Int8Checkpoint.quantize(
                    in,
                    out,
                    (tensor, done, total) -> {
                        assertThat(total).isEqualTo(in.totalBytes());
                        heard.add(done);
                    },
                    false);
            assertThat(heard).isSorted().endsWith(in.totalBytes());
            try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
                assertThat(Int8Checkpoint.isQuantized(quantized.config())).isTrue();
                assertThat(Int8Checkpoint.isQuantized(in.config())).isFalse();
                assertThat(quantized.config().without("quantization_config").json())
                        .isEqualTo(in.config().json());
                assertThat(quantized.tensors()).hasSize(in.tensors().size() + 3 * 7 + 1);
                assertThat(quantized.tensor("model.embed_tokens.weight").dtype())
                        .isEqualTo(DType.BF16);
                assertThat(quantized.tensor("model.norm.weight").dtype()).isEqualTo(DType.F32);
                for (TensorEntry entry : in.tensors().values()) {
                    if (Int8Checkpoint.isLinearWeight(entry.name())) {
                        assertDequantizedIsNear(in, quantized, entry, entry.name());
                    }
                }
            }
        }
    }

    @Test
    void a_tied_checkpoint_gets_its_own_int8_head_and_stays_tied_in_its_config() {
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/b-tied"))) {
            Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false);
            try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
                assertThat(quantized.config().requireBoolean("tie_word_embeddings"))
                        .isTrue();
                assertDequantizedIsNear(in, quantized, in.tensor("model.embed_tokens.weight"), "lm_head.weight");
            }
        }
    }

    @Test
    void a_sharded_bf16_checkpoint_can_be_quantized_into_shards() {
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/c-sharded-bf16"))) {
            Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false, 50_000);
            assertThat(out.resolve("model.safetensors.index.json")).exists();
            try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
                assertThat(quantized.tensor("model.norm.weight").dtype()).isEqualTo(DType.BF16);
                assertThat(quantized
                                .data(quantized.tensor("model.norm.weight"))
                                .mismatch(in.data(in.tensor("model.norm.weight"))))
                        .isEqualTo(-1);
                assertDequantizedIsNear(in, quantized, in.tensor("lm_head.weight"), "lm_head.weight");
            }
        }
    }

    @Test
    void f16_checkpoints_are_widened_and_quantized() {
        Path folder = checkpoint(
                List.of(
                        new TensorDeclaration("model.norm.weight", DType.F16, 2),
                        new TensorDeclaration("lm_head.weight", DType.F16, 1, 2)),
                new short[] {Float.floatToFloat16(0.5f), Float.floatToFloat16(-2)});
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(folder)) {
            Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false);
        }
        try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
            assertThat(quantized.data(quantized.tensor("model.norm.weight")).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(0.5f, -2);
            assertThat(quantized.data(quantized.tensor("lm_head.weight")).toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(32, -127);
        }
    }

    @Test
    void what_cannot_be_quantized_is_refused_and_leaves_nothing() throws IOException {
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/b-tied"))) {
            Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false);
            assertRefused(() -> Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false), "is not empty");
        }
        try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
            assertRefused(
                    () -> Int8Checkpoint.quantize(quantized, parent.resolve("again"), ProgressListener.NONE, false),
                    "is quantized already");
        }
        Path nan = checkpoint(
                List.of(new TensorDeclaration("lm_head.weight", DType.BF16, 1, 2)), new short[] {0x3f80, 0x7fc0});
        try (CheckpointFolder in = CheckpointFolder.open(nan)) {
            assertRefused(
                    () -> Int8Checkpoint.quantize(in, parent.resolve("again"), ProgressListener.NONE, false),
                    "tensor lm_head.weight holds NaN in row 0, column 1");
            assertRefused(
                    () -> Int8Checkpoint.quantize(in, nan, ProgressListener.NONE, true),
                    "cannot be quantized into itself");
            assertRefused(
                    () -> WeightCheck.refuseNotFinite(in, ProgressListener.NONE),
                    "tensor lm_head.weight holds NaN at [0, 1]");
        }
        assertThat(parent.toFile().list()).containsExactlyInAnyOrder("int8", "made");
        assertRefused(
                () -> Int8Checkpoint.isQuantized(
                        ConfigFile.of(Map.of("quantization_config", Map.of("quant_method", "awq")), "c")),
                "\"quantization_config.quant_method\" must be \"coda4j-int8\", the only quantized kind that "
                        + "is read, got \"awq\"");
    }

    @Test
    void cancelling_leaves_nothing_and_a_rerun_works() {
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> Int8Checkpoint.quantize(
                            in,
                            out,
                            (tensor, done, total) -> {
                                if (done > total / 2) {
                                    throw new CancellationException();
                                }
                            },
                            false));
            assertThat(parent).isEmptyDirectory();
            Thread.currentThread().interrupt();
            assertRefused(() -> Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false), "interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(parent).isEmptyDirectory();
        }
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            Int8Checkpoint.quantize(in, out, ProgressListener.NONE, false);
        }
        CheckpointFolder.open(out).close();
    }

    @Test
    void finite_checkpoints_pass_the_weight_check() {
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/c-sharded-bf16"))) {
            List<Long> heard = new ArrayList<>();
            WeightCheck.refuseNotFinite(in, (tensor, done, total) -> heard.add(done));
            assertThat(heard).isSorted().endsWith(in.totalBytes());
        }
    }

    private Path checkpoint(List<TensorDeclaration> tensors, short[] each) {
        Path folder = parent.resolve("made");
        try (CheckpointWriter writer =
                CheckpointWriter.create(folder, ConfigFile.of(Map.of(), "made"), tensors, 1000, false)) {
            tensors.forEach(tensor -> writer.append(tensor.name(), MemorySegment.ofArray(each)));
            writer.finish();
        }
        return folder;
    }

    private static void assertDequantizedIsNear(
            CheckpointFolder in, CheckpointFolder quantized, TensorEntry source, String name) {
        float[] weights = new float[(int) source.elements()];
        DTypeConversion.convert(in.data(source), source.dtype(), MemorySegment.ofArray(weights), DType.F32);
        TensorEntry entry = quantized.tensor(name);
        assertThat(entry.dtype()).isEqualTo(DType.I8);
        assertThat(entry.shape()).isEqualTo(source.shape());
        byte[] values = quantized.data(entry).toArray(ValueLayout.JAVA_BYTE);
        float[] scales = quantized.data(quantized.tensor(name + "_scale")).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        int columns = (int) source.shape()[1];
        assertThat(scales).hasSize((int) source.shape()[0]);
        for (int i = 0; i < weights.length; i++) {
            float scale = scales[i / columns];
            assertThat(values[i] * scale).isCloseTo(weights[i], within(scale * 0.5001f));
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
