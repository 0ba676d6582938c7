package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.LargePages;
import io.github.coda4j.tensor.products.PackedLinear;
import io.github.coda4j.tensor.products.ProductPaths;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What every format of weights keeps to; a new one is in {@link WeightFormat#ALL} and so in here. */
class WeightFormatTest {
    private static final List<WeightFormat> FORMATS = WeightFormat.ALL;
    private static final List<WeightFormat> QUANTIZED =
            FORMATS.stream().filter(format -> !format.isFloating()).toList();
    private static final ModelConfig TINY = ModelConfig.preset("coda-tiny");
    private static final int[] IDS = {9, 8, 7, 6, 5, 4, 3};

    @TempDir
    Path folder;

    @ParameterizedTest
    @FieldSource("FORMATS")
    void a_format_is_found_by_its_name(WeightFormat format) {
        assertThat(WeightFormat.parse(format.toString())).isSameAs(format);
        assertThat(WeightFormat.parse(format.toString().toUpperCase(Locale.ROOT)))
                .isSameAs(format);
        assertThat(format.toString()).isLowerCase();
    }

    @ParameterizedTest
    @FieldSource("FORMATS")
    void a_format_is_either_floating_or_quantized(WeightFormat format) {
        assertThat(format.quantization().isPresent()).isEqualTo(!format.isFloating());
    }

    @ParameterizedTest
    @FieldSource("FORMATS")
    void a_packed_product_has_the_shape_and_takes_the_inputs_that_the_format_says(WeightFormat format) {
        ProductPaths here = ProductPaths.here();
        ShardRows rows = new ShardRows(
                new RandomWeights(TINY, 3),
                List.of(
                        new ShardRows.Slice(Parameters.layer(0, "mlp.up_proj.weight"), 16, 32),
                        new ShardRows.Slice(Parameters.layer(0, "mlp.gate_proj.weight"), 0, 16)),
                TINY.hidden());
        try (LargePages pages = new LargePages(1 << 20);
                PackedLinear packed = format.pack(rows, DType.F32, here, pages)) {
            assertThat(packed.outputs()).isEqualTo(48);
            assertThat(packed.inputs()).isEqualTo(TINY.hidden());
            assertThat(packed.inputType()).isEqualTo(FastPass.dtype(format.input(here)));
        }
    }

    @ParameterizedTest
    @FieldSource("QUANTIZED")
    void a_weight_takes_the_bytes_of_the_tensors_that_hold_it(WeightFormat format) {
        Quantization quantization = format.quantization().orElseThrow();
        assertThat(quantization.products().tensors("x", 48, 64).getFirst().name())
                .isEqualTo("x");
        assertThat(quantization.products().bytes(48, 64)).isEqualTo(format.productBytes(48, 64));
        assertThat(quantization.head().bytes(48, 64)).isEqualTo(format.headBytes(48, 64));
        quantization
                .embedding()
                .ifPresent(stored -> assertThat(stored.bytes(48, 64)).isEqualTo(format.embeddingBytes(48, 64)));
    }

    @Tag("slow")
    @ParameterizedTest
    @FieldSource("QUANTIZED")
    void a_quantized_checkpoint_gives_what_quantizing_on_loading_gives(WeightFormat format) {
        LoadOptions options = new LoadOptions(EngineKind.FAST, format, Device.CPU, 2);
        try (CheckpointFolder floats = floating()) {
            QuantizedCheckpoint.write(floats, format, folder.resolve("q"), ProgressListener.NONE, false);
            try (CheckpointFolder quantized = CheckpointFolder.open(folder.resolve("q"));
                    Transformer stored = Transformer.open(quantized, options);
                    Transformer onLoading = Transformer.open(floats, options)) {
                assertThat(stored.logits(IDS)).isEqualTo(onLoading.logits(IDS));
                assertThat(LoadOptions.forFolder(folder.resolve("q")).format()).isSameAs(format);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("QUANTIZED")
    void a_quantized_checkpoint_is_not_loaded_as_something_else(WeightFormat format) {
        try (CheckpointFolder floats = floating()) {
            QuantizedCheckpoint.write(floats, format, folder.resolve("q"), ProgressListener.NONE, false);
        }
        try (CheckpointFolder quantized = CheckpointFolder.open(folder.resolve("q"))) {
            for (EngineKind engine : EngineKind.values()) {
                LoadOptions bf16 = new LoadOptions(engine, WeightFormat.BF16, Device.CPU, 1);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> Transformer.open(quantized, bf16))
                        .withMessageContaining("the checkpoint is " + format)
                        .withMessageContaining("--dtype " + format);
            }
        }
    }

    private CheckpointFolder floating() {
        Path floats = folder.resolve("floats");
        RandomCheckpoint.write(TINY, 7, DType.F32, Optional.empty(), floats, ProgressListener.NONE, false);
        return CheckpointFolder.open(floats);
    }
}
