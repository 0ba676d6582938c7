package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.QuantizedCheckpoint;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.MemoryCheckpoint;
import io.github.coda4j.testkit.ToyCheckpoint;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint is an interface: what lies in another container than a folder decodes as it does in one. */
@Timeout(60)
@Tag("slow")
class OtherContainerTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeCheckpoint() throws Exception {
        ToyCheckpoint.write(folder);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void a_checkpoint_in_memory_decodes_the_same_ids_as_the_folder_it_was_copied_from(EngineKind engine)
            throws Exception {
        Checkpoint inMemory = MemoryCheckpoint.of(folder);
        LoadOptions load = new LoadOptions(engine, WeightFormat.FP32, Device.CPU, 2);
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            assertThat(decoded(inMemory, load)).isEqualTo(decoded(stored, load)).doesNotContain(ToyCheckpoint.MASK);
        }
    }

    @Test
    void so_does_a_quantized_one() throws Exception {
        Path quantized = folder.resolve("q");
        try (CheckpointFolder floats = CheckpointFolder.open(folder)) {
            QuantizedCheckpoint.write(floats, WeightFormat.INT8, quantized, ProgressListener.NONE, false);
        }
        LoadOptions load = new LoadOptions(EngineKind.FAST, WeightFormat.INT8, Device.CPU, 2);
        try (CheckpointFolder stored = CheckpointFolder.open(quantized)) {
            assertThat(decoded(MemoryCheckpoint.of(quantized), load)).isEqualTo(decoded(stored, load));
        }
    }

    @Test
    void training_starts_from_it_too() throws Exception {
        try (Scope _ = Scope.open();
                CheckpointFolder stored = CheckpointFolder.open(folder);
                ParameterStore ofFolder = ParameterLoader.load(stored, Device.CPU);
                ParameterStore ofMemory = ParameterLoader.load(MemoryCheckpoint.of(folder), Device.CPU)) {
            for (ParameterStore.Slice slice : ofFolder.slices()) {
                assertThat(ofMemory.value(slice.name()).toFloats())
                        .as(slice.name())
                        .isEqualTo(ofFolder.value(slice.name()).toFloats());
            }
        }
    }

    @Test
    void what_it_lacks_is_said_with_its_own_name() throws Exception {
        MemoryCheckpoint whole = MemoryCheckpoint.of(folder);
        LoadOptions load = LoadOptions.of(WeightFormat.FP32, Device.CPU);
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> Transformer.open(whole.without("model.norm.weight"), load))
                .withMessage("the weights in memory do not fit its config.json: tensors 1 missing (model.norm.weight)");
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> BpeTokenizer.load(whole.without("tokenizer.json")))
                .withMessageStartingWith("no tokenizer in memory: ");
    }

    private static List<Integer> decoded(Checkpoint checkpoint, LoadOptions load) throws InterruptedException {
        BpeTokenizer tokenizer = BpeTokenizer.load(checkpoint);
        try (Transformer transformer = Transformer.open(checkpoint, load);
                Engine engine = new Engine(transformer, tokenizer, EngineOptions.DEFAULT)) {
            DecodeOptions options = DecodeOptions.ofSteps(8).withBlocks(8, CachePolicy.of("dual"));
            GenerateRequest request = GenerateRequest.of(Document.completion("def f():", 16), options);
            return engine.submit(request, GenerationListener.NONE).await().ids();
        }
    }
}
