package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FullDisk;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.Goldens;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    private static final List<TensorDeclaration> TWO =
            List.of(new TensorDeclaration("bytes", DType.I8, 3), new TensorDeclaration("floats", DType.F32, 2, 2));

    @TempDir
    Path folder;

    @Test
    void a_rewritten_golden_checkpoint_is_the_same_file_byte_for_byte() throws IOException {
        Path golden = Goldens.path("model/a-untied/model.safetensors");
        Path copy = folder.resolve("copy.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(golden)) {
            List<TensorDeclaration> declarations = file.entries().values().stream()
                    .map(entry -> new TensorDeclaration(entry.name(), entry.dtype(), entry.shape()))
                    .toList();
            try (SafetensorsWriter writer =
                    SafetensorsWriter.create(copy, declarations, SafetensorsWriter.PYTORCH_METADATA, false)) {
                file.entries().values().forEach(entry -> writer.append(entry.name(), file.data(entry)));
                writer.finish();
            }
        }
        assertThat(Files.mismatch(golden, copy)).isEqualTo(-1);
    }

    @Test
    void tensors_come_piecewise_interleaved_and_are_aligned_to_their_elements() {
        Path path = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, TWO, Map.of("k", "v"), false);
                Arena arena = Arena.ofConfined()) {
            writer.append("bytes", MemorySegment.ofArray(new byte[] {1}));
            writer.append("floats", MemorySegment.ofArray(new float[] {1, 2, 3}));
            writer.append("bytes", arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 2, (byte) 3));
            writer.append("floats", arena.allocateFrom(ValueLayout.JAVA_FLOAT, 4));
            writer.finish();
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEqualTo(Map.of("k", "v"));
            assertThat(file.data(file.entry("bytes")).toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3);
            assertThat(file.data(file.entry("floats")).toArray(ValueLayout.JAVA_FLOAT))
                    .containsExactly(1, 2, 3, 4);
            assertThat(file.entry("floats").offset() % 8).isZero();
            assertThat(file.entry("floats").hasShape(2, 2)).isTrue();
        }
        assertThat(folder).isDirectoryContaining(path::equals);
        assertOnly("x.safetensors");
    }

    @Test
    void scalars_and_empty_tensors_can_be_written() {
        Path path = folder.resolve("x.safetensors");
        List<TensorDeclaration> declarations =
                List.of(new TensorDeclaration("scalar", DType.I64), new TensorDeclaration("none", DType.F32, 3, 0));
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, declarations, Map.of(), false)) {
            writer.append("scalar", MemorySegment.ofArray(new long[] {5}));
            writer.finish();
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entry("scalar").shape()).isEmpty();
            assertThat(file.data(file.entry("scalar")).get(ValueLayout.JAVA_LONG, 0))
                    .isEqualTo(5);
            assertThat(file.entry("none").shape()).containsExactly(3, 0);
        }
    }

    @Test
    void closing_without_finish_leaves_nothing() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve("x"), TWO, Map.of(), false)) {
            writer.append("bytes", MemorySegment.ofArray(new byte[3]));
        }
        assertOnly();
    }

    @Test
    void an_older_file_is_replaced_only_when_asked() throws IOException {
        Path path = Files.writeString(folder.resolve("x"), "old");
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> SafetensorsWriter.create(path, TWO, Map.of(), false))
                .withMessageContaining(path + " exists already");
        assertThat(path).hasContent("old");
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(), Map.of(), true)) {
            assertThat(path).hasContent("old");
            writer.finish();
        }
        SafetensorsFile.open(path).close();
    }

    @Test
    void a_full_disk_gives_one_clear_line_and_leaves_the_old_file() throws IOException {
        Path path = Files.writeString(folder.resolve("x"), "old");
        for (long room : new long[] {0, 20, 130}) {
            assertThatExceptionOfType(CodaException.class)
                    .as("room %d", room)
                    .isThrownBy(() -> {
                        try (SafetensorsWriter writer =
                                SafetensorsWriter.create(path, TWO, Map.of(), true, new FullDisk(room))) {
                            writer.append("floats", MemorySegment.ofArray(new float[4]));
                            for (int i = 0; i < 3; i++) {
                                writer.append("bytes", MemorySegment.ofArray(new byte[] {1}));
                            }
                            writer.finish();
                        }
                    })
                    .withMessageContaining("cannot write")
                    .withMessageContaining(path.toString())
                    .withMessageContaining("No space left on device; free some space")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
            assertThat(path).hasContent("old");
            assertOnly("x");
        }
    }

    @Test
    void unfinished_overfilled_unknown_and_repeated_tensors_are_refused() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve("x"), TWO, Map.of(), false)) {
            writer.append("bytes", MemorySegment.ofArray(new byte[2]));
            assertThatIllegalStateException().isThrownBy(writer::finish).withMessageContaining("of its");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.append("bytes", MemorySegment.ofArray(new byte[2])))
                    .withMessageContaining("takes 3 bytes, 2 are there and 2 come");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.append("other", MemorySegment.ofArray(new byte[2])))
                    .withMessageContaining("was not declared");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        SafetensorsWriter.create(folder.resolve("x"), List.of(TWO.get(0), TWO.get(0)), Map.of(), false))
                .withMessageContaining("declared twice");
        assertOnly();
    }

    @Test
    void a_missing_folder_is_named() {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> SafetensorsWriter.create(folder.resolve("no/x"), TWO, Map.of(), false))
                .withMessageContaining("cannot write " + folder.resolve("no/x") + ": there is no ");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets only administrators make links")
    void a_link_stays_a_link_to_the_written_file() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        try (SafetensorsWriter writer = SafetensorsWriter.create(link, List.of(), Map.of(), true)) {
            writer.finish();
        }
        assertThat(link).isSymbolicLink();
        SafetensorsFile.open(file).close();
        assertOnly("file", "link");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no /dev/null")
    void devices_are_refused() {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> SafetensorsWriter.create(Path.of("/dev/null"), List.of(), Map.of(), true))
                .withMessageContaining("/dev/null is a pipe or a device");
    }

    private void assertOnly(String... names) {
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(names);
    }
}
