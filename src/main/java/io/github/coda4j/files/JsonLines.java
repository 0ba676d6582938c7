package io.github.coda4j.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Files with one JSON object a line, perhaps packed by gzip, which is told by their first bytes. Blank lines are passed
 * over. Lone surrogates that JSON writes as escapes are kept.
 */
public final class JsonLines {
    private static final int FIRST_OF_GZIP = 0x1F;
    private static final int SECOND_OF_GZIP = 0x8B;

    private JsonLines() {}

    /**
     * A line.
     *
     * @param number in its file, from 1
     * @param text as it stands there, without its end
     * @param source what messages call it
     */
    public record Line(long number, String text, String source) {
        /** @throws CodaException when it holds no object of JSON */
        public ObjectNode object() {
            return Json.parseObject(text, source);
        }
    }

    /**
     * The file's bytes, unpacked.
     *
     * @throws CodaException when it cannot be read, or is cut off
     */
    public static byte[] unpacked(Path file) {
        byte[] bytes = TextFiles.bytes(file);
        if (bytes.length < 2 || (bytes[0] & 0xFF) != FIRST_OF_GZIP || (bytes[1] & 0xFF) != SECOND_OF_GZIP) {
            NotFetched.problem(file.toString(), bytes).ifPresent(problem -> {
                throw problem;
            });
            return bytes;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (EOFException | ZipException e) {
            throw new CodaException(file + " is cut off or damaged: gzip cannot unpack it; fetch it again", e);
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    /** Gives each line that is not blank to somebody; see {@link #unpacked}. */
    public static void read(Path file, Consumer<Line> lines) {
        each(unpacked(file), file.toString(), lines);
    }

    /**
     * The lines of bytes that were unpacked.
     *
     * @param source what messages call them
     */
    public static void each(byte[] utf8, String source, Consumer<Line> lines) {
        int start = 0;
        for (long number = 1; start < utf8.length; number++) {
            int end = start;
            while (end < utf8.length && utf8[end] != '\n') {
                end++;
            }
            String where = source + ", line " + number;
            String text = TextFiles.decode(Arrays.copyOfRange(utf8, start, end), where);
            if (!text.isBlank()) {
                lines.accept(new Line(number, text, where));
            }
            start = end + 1;
        }
    }
}
