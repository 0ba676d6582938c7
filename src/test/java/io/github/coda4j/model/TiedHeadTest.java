package io.github.coda4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.CheckpointWriter;
import io.github.coda4j.weights.DTypeConversion;
import io.github.coda4j.weights.ProgressListener;
import io.github.coda4j.weights.TensorDeclaration;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TiedHeadTest {
    private static final float[] EMBEDDING = {1, -2, 3, 0.5f, 0, 7};
    private static final float[] OTHER = {1, -2, 3, 0.5f, 0, 7.25f};

    @TempDir
    Path folder;

    @Test
    void a_stored_head_that_differs_from_the_embedding_it_is_tied_to_is_said_to_count() {
        try (CheckpointFolder differs = write("a", true, EMBEDDING, DType.F32, OTHER, DType.F32)) {
            assertThat(TiedHead.conflict(differs))
                    .contains(folder.resolve("a") + ": config.json says tie_word_embeddings, but lm_head.weight is "
                            + "stored and differs from model.embed_tokens.weight: the stored one is used");
        }
    }

    @Test
    void an_equal_copy_is_no_conflict_also_in_another_dtype() {
        try (CheckpointFolder same = write("a", true, EMBEDDING, DType.F32, EMBEDDING, DType.F32);
                CheckpointFolder narrow = write("b", true, EMBEDDING, DType.BF16, EMBEDDING, DType.F32)) {
            assertThat(TiedHead.conflict(same)).isEmpty();
            assertThat(TiedHead.conflict(narrow)).isEmpty();
        }
    }

    @Test
    void a_config_that_does_not_tie_them_has_no_conflict() {
        try (CheckpointFolder untied = write("a", false, EMBEDDING, DType.F32, OTHER, DType.F32)) {
            assertThat(TiedHead.conflict(untied)).isEmpty();
        }
    }

    @Test
    void quantizing_says_it_on_one_line_and_the_int8_checkpoint_is_silent() {
        try (CheckpointFolder differs = write("a", true, EMBEDDING, DType.F32, OTHER, DType.F32)) {
            String said = logged(() -> QuantizedCheckpoint.write(
                    differs, WeightFormat.INT8, folder.resolve("q"), ProgressListener.NONE, false));
            assertThat(said.strip()).contains("the stored one is used").doesNotContain("\n");
        }
        try (CheckpointFolder quantized = CheckpointFolder.open(folder.resolve("q"))) {
            assertThat(logged(() -> TiedHead.warn(quantized))).isEmpty();
        }
    }

    private static String logged(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private CheckpointFolder write(
            String name, boolean tied, float[] embedding, DType embeddingType, float[] head, DType headType) {
        List<TensorDeclaration> tensors = List.of(
                new TensorDeclaration("model.embed_tokens.weight", embeddingType, 3, 2),
                new TensorDeclaration("lm_head.weight", headType, 3, 2));
        ConfigFile config = ConfigFile.of(Map.of("tie_word_embeddings", tied), "config.json");
        try (CheckpointWriter writer = CheckpointWriter.create(
                        folder.resolve(name), config, tensors, CheckpointWriter.DEFAULT_SHARD_BYTES, false);
                Arena arena = Arena.ofConfined()) {
            writer.append("model.embed_tokens.weight", bytes(embedding, embeddingType, arena));
            writer.append("lm_head.weight", bytes(head, headType, arena));
            writer.finish();
        }
        return CheckpointFolder.open(folder.resolve(name));
    }

    private static MemorySegment bytes(float[] values, DType type, Arena arena) {
        MemorySegment floats = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
        MemorySegment converted = arena.allocate((long) values.length * type.bytes(), 64);
        DTypeConversion.convert(floats, DType.F32, converted, type);
        return converted;
    }
}
