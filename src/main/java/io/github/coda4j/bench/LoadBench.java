package io.github.coda4j.bench;

import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What loading a checkpoint took.
 *
 * @param seconds until the model could have run
 * @param bytes of the weights on disk
 * @param resident bytes of this process with the model in memory, where the system tells
 * @param ofFiles how many of them are pages of files, where the system tells
 * @param highest the most that was resident until then, where the system tells
 */
public record LoadBench(double seconds, long bytes, OptionalLong resident, OptionalLong ofFiles, OptionalLong highest) {
    /**
     * Loads the model once and lets it go again. A file that was read before comes from the system's cache.
     *
     * @throws io.github.coda4j.CodaException when the folder holds no model that these options load
     */
    public static LoadBench measure(Path model, LoadOptions options) {
        long begin = System.nanoTime();
        long bytes;
        Transformer transformer;
        try (CheckpointFolder folder = CheckpointFolder.open(model)) {
            bytes = folder.totalBytes();
            transformer = Transformer.open(folder, options);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.gc();
        LoadBench result = new LoadBench(
                seconds, bytes, ProcessMemory.resident(), ProcessMemory.ofFiles(), ProcessMemory.highest());
        transformer.close();
        return result;
    }

    /** Billions of bytes per second. */
    public double gigabytesPerSecond() {
        return bytes / seconds / 1e9;
    }
}
