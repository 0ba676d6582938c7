package io.github.coda4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPartsTest {
    @TempDir
    Path root;

    private Path folder;
    private Path parts;
    private Path joined;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectories(root.resolve("model"));
        parts = root.resolve("parts");
        joined = root.resolve("joined");
        byte[] weights = new byte[250_001];
        new Random(5).nextBytes(weights);
        Files.write(folder.resolve("model.safetensors"), weights);
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.createFile(folder.resolve("empty"));
    }

    @Test
    void what_was_cut_is_joined_to_the_byte() throws IOException {
        FolderParts.Sum cut = FolderParts.split(folder, parts, 100_000);
        assertThat(cut).isEqualTo(new FolderParts.Sum(3, 4, 250_003));
        try (Stream<Path> made = Files.list(parts)) {
            assertThat(made.filter(path -> !path.endsWith(FolderParts.INDEX)).toList())
                    .hasSize(4)
                    .allMatch(path -> path.toFile().length() <= 100_000);
        }
        assertThat(FolderParts.join(parts, joined)).isEqualTo(cut);
        for (String name : new String[] {"model.safetensors", "config.json", "empty"}) {
            assertThat(joined.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
        }
    }

    @Test
    void a_part_that_was_changed_cut_short_or_lost_is_named_and_nothing_is_left() throws IOException {
        FolderParts.split(folder, parts, 100_000);
        Path part = parts.resolve("model.safetensors.part-001");
        byte[] right = Files.readAllBytes(part);
        byte[] wrong = right.clone();
        wrong[777] ^= 1;
        Files.write(part, wrong);
        refused(part + " has the SHA-256 ");
        Files.write(part, new byte[7]);
        refused(part + " has 7 bytes, parts.json says 100000: fetch it again");
        Files.delete(part);
        refused(part + " is missing");
        Files.write(part, right);
        assertThat(FolderParts.join(parts, joined).parts()).isEqualTo(4);
    }

    private void refused(String message) throws IOException {
        assertThatThrownBy(() -> FolderParts.join(parts, joined))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith(message);
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("model", "parts");
        }
    }

    @Test
    void an_index_that_leads_out_of_the_folder_is_refused() throws IOException {
        FolderParts.split(folder, parts, 1_000_000);
        Path index = parts.resolve(FolderParts.INDEX);
        Files.writeString(index, Files.readString(index).replace("\"empty\"", "\"../empty\""));
        refused(index.toString());
    }

    @Test
    void parts_in_another_order_are_not_the_file() throws IOException {
        FolderParts.split(folder, parts, 100_000);
        Path index = parts.resolve(FolderParts.INDEX);
        String text = Files.readString(index);
        int first = text.indexOf('{', text.indexOf("model.safetensors"));
        int second = text.indexOf('{', first + 1);
        String one = text.substring(first, text.indexOf('}', first) + 1);
        String two = text.substring(second, text.indexOf('}', second) + 1);
        Files.writeString(index, text.replace(one, "@").replace(two, one).replace("@", two));
        refused("model.safetensors has the SHA-256 ");
    }

    @Test
    void folders_that_are_there_and_folders_in_folders_are_refused() throws IOException {
        Files.createDirectories(joined);
        assertThatThrownBy(() -> FolderParts.split(folder, joined, 10)).hasMessageContaining("exists already");
        FolderParts.split(folder, parts, 1_000_000);
        assertThatThrownBy(() -> FolderParts.join(parts, joined)).hasMessageContaining("exists already");
        Files.createDirectories(folder.resolve("inner"));
        assertThatThrownBy(() -> FolderParts.split(folder, root.resolve("p"), 10))
                .hasMessageContaining("is no file");
    }
}
