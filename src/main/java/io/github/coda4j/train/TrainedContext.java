package io.github.coda4j.train;

import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How long the rows were that a model was trained on, kept as {@code context} in its generation_config.json: where its
 * config allows longer sequences, documents are seen in windows of that length unless a request says otherwise.
 */
final class TrainedContext {
    private static final String FILE = "generation_config.json";
    private static final String KEY = "context";

    private TrainedContext() {}

    /** Notes it in a model's folder, in place of an older note; a model that is as long as its rows needs none. */
    static void note(Path folder, int length, int maxPositions) {
        Path file = folder.resolve(FILE);
        ConfigFile older = Files.exists(file) ? ConfigFile.read(file) : ConfigFile.of(Map.of(), FILE);
        if (length < maxPositions) {
            AtomicFiles.writeText(file, older.with(KEY, length).json() + "\n");
        } else if (older.has(KEY)) {
            AtomicFiles.writeText(file, older.without(KEY).json() + "\n");
        }
    }
}
