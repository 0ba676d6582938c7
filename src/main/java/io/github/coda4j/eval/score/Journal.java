package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Verdicts as they come, so that a run that was killed goes on where it was. Its first line says what is scored; a last
 * line that was not finished does not count.
 */
final class Journal implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final WritableByteChannel out;
    private final Map<Integer, Scored> found;
    private final Closing closing = new Closing();

    private Journal(Path file, FileChannel channel, WritableByteChannel out, Map<Integer, Scored> found) {
        this.file = file;
        this.channel = channel;
        this.out = out;
        this.found = found;
    }

    /**
     * Opens it, or makes it.
     *
     * @param heading what is scored
     * @throws CodaException when there is one of another run, or it cannot be written
     */
    static Journal open(Path file, ObjectNode heading) {
        return open(file, heading, channel -> channel);
    }

    /** @param through what lines are written through on their way to the file */
    static Journal open(Path file, ObjectNode heading, Function<FileChannel, WritableByteChannel> through) {
        Map<Integer, Scored> found = new TreeMap<>();
        long length = 0;
        if (file.toFile().length() > 0) {
            length = read(file, heading, found);
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(length).position(length);
            Journal journal = new Journal(file, channel, through.apply(channel), found);
            if (length == 0) {
                journal.write(heading);
            }
            return journal;
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
    }

    /** Returns how many bytes of the file are whole lines. */
    private static long read(Path file, ObjectNode heading, Map<Integer, Scored> found) {
        byte[] bytes = JsonLines.unpacked(file);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] != '\n') {
            length--;
        }
        List<ObjectNode> rows = new ArrayList<>();
        JsonLines.each(Arrays.copyOf(bytes, length), file.toString(), line -> rows.add(line.object()));
        if (rows.isEmpty()) {
            return 0;
        }
        if (!rows.getFirst().equals(heading)) {
            throw CodaException.of(
                    "%s is of a run with other samples or settings (%s): take another --out, or remove it",
                    file, Json.shown(rows.getFirst()));
        }
        rows.stream().skip(1).forEach(row -> found.put(row.get("index").intValue(), Scored.of(row)));
        return length;
    }

    /** The verdicts that were there when it was opened, by the sample's index. */
    Map<Integer, Scored> found() {
        return found;
    }

    /** @throws CodaException when it cannot be written: what was written before stays */
    void add(int index, Scored scored) {
        write(scored.json(index));
    }

    private synchronized void write(ObjectNode row) {
        ByteBuffer bytes = ByteBuffer.wrap((Json.ascii(row) + "\n").getBytes(StandardCharsets.US_ASCII));
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            CodaException problem = FileProblems.cannot("write", file, e);
            throw new CodaException(problem.getMessage() + "; the same command goes on from here", e);
        }
    }

    /** Removes the file: everything in it stands in the results. */
    void remove() {
        close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw FileProblems.cannot("remove", file, e);
        }
    }

    @Override
    public void close() {
        closing.once(() -> {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
