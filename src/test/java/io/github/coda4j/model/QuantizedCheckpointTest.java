package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.ProgressListener;
import io.github.coda4j.weights.TensorDeclaration;
import io.github.coda4j.weights.TensorEntry;
import io.github.coda4j.weights.WeightCheck;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantized checkpoints made of floating ones, above all in int8; {@link WeightFormatTest} runs over all formats. */
class QuantizedCheckpointTest {
    @TempDir
    Path parent;

    @Test
    void an_untied_checkpoint_becomes_int8_with_scales_and_is_marked_in_its_config() throws IOException {
        Path out = parent.resolve("int8");
        List<Long> heard = new ArrayList<>();
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            QuantizedCheckpoint.write(
                    in,
                    WeightFormat.INT8,
                    out,
                    (tensor, done, total) -> {
                        assertThat(total).isEqualTo(in.totalBytes());
                        heard.add(done);
                    },
                    false);
            assertThat(heard).isSorted().endsWith(in.totalBytes());
            try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
                assertThat(QuantizedCheckpoint.format(quantized.config())).contains(WeightFormat.INT8);
                assertThat(QuantizedCheckpoint.format(in.config())).isEmpty();
                assertThat(quantized
                                .config()
                                .requireObject("quantization_config")
                                .keys())
                        .containsExactly("quant_method", "weights");
                assertThat(quantized.config().without("quantization_config").json())
                        .isEqualTo(in.config().json());
                assertThat(quantized.tensors()).hasSize(in.tensors().size() + 3 * 7 + 1);
                assertThat(quantized.tensor("model.embed_tokens.weight").dtype())
                        .isEqualTo(DType.BF16);
                assertThat(quantized.tensor("model.norm.weight").dtype()).isEqualTo(DType.F32);
                for (TensorEntry entry : in.tensors().values()) {
                    if (Parameters.isProduct(entry.name())) {
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
            QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false);
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
            QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false, 50_000);
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
            QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false);
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
            QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false);
            assertRefused(
                    () -> QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false),
                    "is not empty");
        }
        try (CheckpointFolder quantized = CheckpointFolder.open(out)) {
            assertRefused(
                    () -> QuantizedCheckpoint.write(
                            quantized, WeightFormat.INT8, parent.resolve("again"), ProgressListener.NONE, false),
                    "is quantized already");
        }
        Path nan = checkpoint(
                List.of(new TensorDeclaration("lm_head.weight", DType.BF16, 1, 2)), new short[] {0x3f80, 0x7fc0});
        try (CheckpointFolder in = CheckpointFolder.open(nan)) {
            assertRefused(
                    () -> QuantizedCheckpoint.write(
                            in, WeightFormat.INT8, parent.resolve("again"), ProgressListener.NONE, false),
                    "tensor lm_head.weight holds NaN in row 0, column 1");
            assertRefused(
                    () -> QuantizedCheckpoint.write(in, WeightFormat.INT8, nan, ProgressListener.NONE, true),
                    "cannot be quantized into itself");
            assertRefused(
                    () -> WeightCheck.refuseNotFinite(in, ProgressListener.NONE),
                    "tensor lm_head.weight holds NaN at [0, 1]");
        }
        assertThat(parent.toFile().list()).containsExactlyInAnyOrder("int8", "made");
        assertRefused(
                () -> QuantizedCheckpoint.format(
                        ConfigFile.of(Map.of("quantization_config", Map.of("quant_method", "awq")), "c")),
                "\"quantization_config.quant_method\" must be \"coda4j-int8\" or \"coda4j-int4\", the only "
                        + "quantized kinds that are read, got \"awq\"");
    }

    @Test
    void cancelling_leaves_nothing_and_a_rerun_works() {
        Path out = parent.resolve("int8");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> QuantizedCheckpoint.write(
                            in,
                            WeightFormat.INT8,
                            out,
                            (tensor, done, total) -> {
                                if (done > total / 2) {
                                    throw new CancellationException();
                                }
                            },
                            false));
            assertThat(parent).isEmptyDirectory();
            Thread.currentThread().interrupt();
            assertRefused(
                    () -> QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false),
                    "interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(parent).isEmptyDirectory();
        }
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            QuantizedCheckpoint.write(in, WeightFormat.INT8, out, ProgressListener.NONE, false);
        }
        CheckpointFolder.open(out).close();
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
