package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page in the jar is what its sources say. */
class PageBundleTest {
    private static final Path SOURCES = Path.of("page");
    private static final Path BUNDLE = Path.of("src/main/resources/io/github/coda4j/serve/page");
    private static final int MOST_ZIPPED_BYTES = 400_000;

    /** As vite.config.ts has them. */
    private static final List<String> FILES =
            List.of("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts");

    private final JsonNode list = Json.read(BUNDLE.resolve("bundle.json"));

    @Test
    void the_bundle_was_built_from_these_sources() throws IOException {
        TreeMap<String, String> hashes = new TreeMap<>();
        for (String file : FILES) {
            hashes.put(file, hash(SOURCES.resolve(file)));
        }
        for (String file : below(SOURCES.resolve("src"))) {
            hashes.put("src/" + file, hash(SOURCES.resolve("src").resolve(file)));
        }
        assertThat(hashes).hasSizeGreaterThan(FILES.size() + 5);
        String all = hashes.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        assertThat(list.get("sources").textValue())
                .as("page/ has changed since the page was built: run 'npm ci && npm run build' there")
                .isEqualTo(sha256(all));
    }

    @Test
    void nobody_changed_the_bundle_by_hand() throws IOException {
        TreeSet<String> files = new TreeSet<>(below(BUNDLE));
        files.remove("bundle.json");
        TreeSet<String> listed = new TreeSet<>();
        list.get("files").fieldNames().forEachRemaining(listed::add);
        assertThat(files).isEqualTo(listed);
        for (String file : files) {
            assertThat(hash(BUNDLE.resolve(file)))
                    .as(file)
                    .isEqualTo(list.get("files").get(file).textValue());
        }
    }

    @Test
    void the_bundle_is_small() {
        assertThat(PageFiles.load().zippedBytes()).isBetween(1, MOST_ZIPPED_BYTES);
    }

    @Test
    void no_registry_is_named() throws IOException {
        assertThat(Files.readString(SOURCES.resolve("package-lock.json"))).doesNotContain("\"resolved\"");
    }

    private static List<String> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
    }

    /** Of its text, whatever its line ends are. */
    private static String hash(Path file) throws IOException {
        return sha256(Files.readString(file).replace("\r\n", "\n"));
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
