package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @Test
    void text_files_appear_whole_or_not_at_all() throws IOException {
        Path path = folder.resolve("config.json");
        AtomicFiles.writeText(path, "{\"ä\": 1}");
        assertThat(path).hasContent("{\"ä\": 1}");
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> AtomicFiles.write(path, new byte[100], new FullDisk(50)))
                .withMessageContaining("No space left");
        assertThat(path).hasContent("{\"ä\": 1}");
        assertOnly("config.json");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets only administrators make links")
    void a_link_stays_a_link_to_the_written_file() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFiles.writeText(link, "text");
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("text");
        assertOnly("file", "link");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets only administrators make links")
    void a_link_to_a_file_yet_to_be_made_stays_a_link() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        AtomicFiles.writeText(link, "text");
        assertThat(link).isSymbolicLink();
        assertThat(folder.resolve("file")).hasContent("text");
        assertOnly("file", "link");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets only administrators make links")
    void links_that_go_round_in_circles_are_refused() throws IOException {
        Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("two"));
        Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(() -> AtomicFiles.writeText(one, "text"))
                .withMessageContaining("cannot follow " + one + ": its links go round in circles");
        assertOnly("one", "two");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no permissions of this kind")
    void a_new_file_has_the_permissions_of_the_one_it_replaces() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Set<PosixFilePermission> secret = PosixFilePermissions.fromString("rw-------");
        Files.setPosixFilePermissions(file, secret);
        AtomicFiles.writeText(file, "text");
        assertThat(file).hasContent("text");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(secret);
    }

    @Tag("process")
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no pipes in folders")
    void a_pipe_is_written_to_and_not_replaced() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        AtomicFiles.writeText(pipe, "text");
        assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("text");
        assertThat(AtomicFiles.isSpecial(pipe)).isTrue();
        assertOnly("pipe");
    }

    private void assertOnly(String... names) {
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(names);
    }
}
