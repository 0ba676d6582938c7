package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.FullDisk;
import io.github.coda4j.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
    private static final ConfigFile CONFIG = ConfigFile.of(Map.of("hidden_size", 2), "new config");
    private static final List<TensorDeclaration> THREE = List.of(
            new TensorDeclaration("a", DType.F32, 2),
            new TensorDeclaration("b", DType.F32, 2),
            new TensorDeclaration("c", DType.F32, 5));

    @TempDir
    Path parent;

    @Test
    void a_small_model_is_one_file_that_opens_again() throws IOException {
        Path source = Files.createDirectory(parent.resolve("source"));
        for (String name : List.of("tokenizer.json", "merges.txt", "LICENSE.txt", "cases.json", "config.json")) {
            Files.writeString(source.resolve(name), "{\"of\": \"source\"}");
        }
        Path out = parent.resolve("deep/model");
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 1000, false)) {
            fill(writer);
            assertThat(writer.copyCompanions(source)).containsExactly("LICENSE.txt", "merges.txt", "tokenizer.json");
            writer.writeText("generation_config.json", "{}");
            assertThat(out).doesNotExist();
            writer.finish();
        }
        assertNames(
                out,
                "config.json",
                "model.safetensors",
                "LICENSE.txt",
                "merges.txt",
                "tokenizer.json",
                "generation_config.json");
        assertFilled(out);
        assertNames(out.getParent(), "model");
    }

    @Test
    void a_large_model_is_sharded_with_an_index() {
        Path out = parent.resolve("model");
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 17, false)) {
            fill(writer);
            writer.finish();
        }
        assertNames(
                out,
                "config.json",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json");
        assertThat(ConfigFile.read(out.resolve("model.safetensors.index.json"))
                        .requireObject("metadata")
                        .requireInt("total_size"))
                .isEqualTo(36);
        assertFilled(out);
    }

    @Test
    void nothing_appears_when_the_work_is_given_up() throws IOException {
        try (CheckpointWriter writer = CheckpointWriter.create(parent.resolve("model"), CONFIG, THREE, 17, false)) {
            writer.append("a", MemorySegment.ofArray(new float[2]));
            assertNames(parent, ".model.partial");
        }
        assertNames(parent);
    }

    @Test
    void a_full_disk_gives_one_clear_line_at_every_point_and_leaves_the_old_model() throws IOException {
        Path out = oldModel();
        for (int room = 0; room <= 500; room += 50) {
            int bytes = room;
            assertThatExceptionOfType(CodaException.class)
                    .as("room %d", room)
                    .isThrownBy(() -> {
                        try (CheckpointWriter writer =
                                CheckpointWriter.create(out, CONFIG, THREE, 17, true, new FullDisk(bytes))) {
                            fill(writer);
                            writer.finish();
                        }
                    })
                    .withMessageContaining("No space left on device; free some space")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
            assertNames(parent, "model");
            assertNames(out, "config.json", "model.safetensors");
            assertThat(out.resolve("config.json")).hasContent("old");
        }
    }

    @Test
    void leftovers_of_a_killed_writer_are_removed_by_the_next() throws IOException {
        Path partial = Files.createDirectory(parent.resolve(".model.partial"));
        Files.writeString(partial.resolve("model.safetensors"), "half");
        Files.writeString(partial.resolve(".lock"), "");
        Path out = parent.resolve("model");
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 17, false)) {
            fill(writer);
            writer.finish();
        }
        assertFilled(out);
        assertNames(parent, "model");
    }

    @Test
    void a_second_writer_of_the_same_folder_is_refused() {
        Path out = parent.resolve("model");
        try (CheckpointWriter first = CheckpointWriter.create(out, CONFIG, THREE, 1000, false)) {
            assertThatExceptionOfType(CodaException.class)
                    .isThrownBy(() -> CheckpointWriter.create(out, CONFIG, THREE, 1000, false))
                    .withMessageContaining("another process is writing " + out);
            fill(first);
            first.finish();
        }
        assertFilled(out);
    }

    @Test
    void existing_folders_are_replaced_only_when_asked() throws IOException {
        Path out = oldModel();
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> CheckpointWriter.create(out, CONFIG, THREE, 1000, false))
                .withMessageContaining(out + " exists and is not empty");
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 1000, true)) {
            fill(writer);
            writer.finish();
        }
        assertFilled(out);
        assertNames(parent, "model");
    }

    @Test
    void an_empty_folder_is_filled() throws IOException {
        Path out = Files.createDirectory(parent.resolve("model"));
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 1000, false)) {
            fill(writer);
            writer.finish();
        }
        assertFilled(out);
        assertNames(parent, "model");
    }

    @Test
    void folders_with_other_things_than_a_model_are_never_replaced() throws IOException {
        Path out = oldModel();
        Files.writeString(out.resolve("thesis.tex"), "years of work");
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> CheckpointWriter.create(out, CONFIG, THREE, 1000, true))
                .withMessageContaining("thesis.tex in it is not part of a model");
        Path file = Files.writeString(parent.resolve("file"), "");
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> CheckpointWriter.create(file, CONFIG, THREE, 1000, true))
                .withMessageContaining("is a file, expected a new or empty folder");
    }

    @Test
    void wrong_arguments_are_refused() {
        Path out = parent.resolve("model");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CheckpointWriter.create(out, CONFIG, List.of(THREE.get(0), THREE.get(0)), 9, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CheckpointWriter.create(out, CONFIG, THREE, 0, false))
                .withMessageContaining("positive size, got 0");
        try (CheckpointWriter writer = CheckpointWriter.create(out, CONFIG, THREE, 9, false)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.append("z", MemorySegment.ofArray(new float[1])));
            assertThatIllegalArgumentException().isThrownBy(() -> writer.writeText("../x", ""));
        }
        assertNames(parent);
    }

    private static void fill(CheckpointWriter writer) {
        writer.append("c", MemorySegment.ofArray(new float[] {5, 6}));
        writer.append("a", MemorySegment.ofArray(new float[] {1, 2}));
        writer.append("c", MemorySegment.ofArray(new float[] {7, 8, 9}));
        writer.append("b", MemorySegment.ofArray(new float[] {3, 4}));
    }

    private static void assertFilled(Path out) {
        try (CheckpointFolder folder = CheckpointFolder.open(out)) {
            assertThat(folder.config().requireInt("hidden_size")).isEqualTo(2);
            assertThat(folder.data(folder.tensor("a")).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(1, 2);
            assertThat(folder.data(folder.tensor("b")).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(3, 4);
            assertThat(folder.data(folder.tensor("c")).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(5, 6, 7, 8, 9);
        }
    }

    private Path oldModel() throws IOException {
        Path out = Files.createDirectory(parent.resolve("model"));
        Files.writeString(out.resolve("config.json"), "old");
        Files.writeString(out.resolve("model.safetensors"), "old");
        return out;
    }

    private static void assertNames(Path folder, String... names) {
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(names);
    }
}
