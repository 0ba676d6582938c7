package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.MemoryCheckpoint;
import io.github.coda4j.weights.Checkpoint;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.ProgressListener;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedding of a 4-bit checkpoint stays in its file. */
class MappedEmbeddingTest {
    private static final int[] IDS = {5, 0, 9, 33, 2, 5};

    @TempDir
    Path parent;

    private Path int4() {
        Path out = parent.resolve("int4");
        try (CheckpointFolder in = CheckpointFolder.open(Goldens.path("model/a-untied"))) {
            QuantizedCheckpoint.write(in, WeightFormat.INT4, out, ProgressListener.NONE, false);
        }
        return out;
    }

    private static Transformer open(Checkpoint checkpoint) {
        return Transformer.open(checkpoint, new LoadOptions(EngineKind.FAST, WeightFormat.INT4, Device.CPU, 2));
    }

    @Test
    void rows_in_the_file_are_those_that_were_read() throws Exception {
        Path folder = int4();
        Transformer mapped;
        try (CheckpointFolder stored = CheckpointFolder.open(folder)) {
            mapped = open(stored);
        }
        try (mapped;
                Transformer read = open(MemoryCheckpoint.of(folder))) {
            assertThat(mapped.logits(IDS)).isEqualTo(read.logits(IDS));
        }
    }

    @Test
    void only_what_a_file_holds_as_it_is_wanted_stays_there() throws Exception {
        Path folder = int4();
        try (Arena arena = Arena.ofConfined();
                CheckpointFolder stored = CheckpointFolder.open(folder)) {
            WeightSource file = WeightSource.stored(stored, ModelConfig.of(stored));
            assertThat(file.mapped(Parameters.EMBEDDING, DType.I8, arena)).isPresent();
            assertThat(file.mapped(Parameters.EMBEDDING, DType.BF16, arena)).isEmpty();
            MemoryCheckpoint memory = MemoryCheckpoint.of(folder);
            assertThat(WeightSource.stored(memory, ModelConfig.of(memory))
                            .mapped(Parameters.EMBEDDING, DType.I8, arena))
                    .isEmpty();
        }
    }
}
