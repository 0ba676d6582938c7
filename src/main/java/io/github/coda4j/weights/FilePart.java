package io.github.coda4j.weights;

import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes of a file.
 *
 * @param offset where they begin, 0 or more
 * @param bytes how many there are, 1 or more
 */
public record FilePart(Path file, long offset, long bytes) {
    /**
     * The bytes, read when they are touched.
     *
     * @param arena when it is closed, they cannot be touched any more
     * @throws io.github.coda4j.CodaException when the file cannot be read
     */
    public MemorySegment map(Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes, arena);
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }
}
