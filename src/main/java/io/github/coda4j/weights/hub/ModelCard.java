package io.github.coda4j.weights.hub;

import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.TextFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The front matter of a model's README.md, of which only the licence is of interest. */
final class ModelCard {
    private static final String FENCE = "---";

    private ModelCard() {}

    /**
     * The {@code license_name} or else {@code license} line between the first two {@code ---} lines of the folder's
     * README.md.
     */
    static Optional<String> license(Path folder) {
        Path card = folder.resolve("README.md");
        if (!Files.isRegularFile(card)) {
            return Optional.empty();
        }
        try {
            List<String> lines = TextFiles.withoutMark(new String(Files.readAllBytes(card), StandardCharsets.UTF_8))
                    .lines()
                    .map(String::strip)
                    .toList();
            if (lines.isEmpty() || !lines.getFirst().equals(FENCE)) {
                return Optional.empty();
            }
            List<String> matter = lines.subList(1, lines.size()).stream()
                    .takeWhile(line -> !line.equals(FENCE))
                    .toList();
            return value(matter, "license_name:").or(() -> value(matter, "license:"));
        } catch (IOException e) {
            throw FileProblems.cannot("read", card, e);
        }
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip().replaceAll("^[\"'\\[]+|[\"'\\]]+$", ""))
                .filter(value -> !value.isEmpty())
                .findFirst();
    }
}
