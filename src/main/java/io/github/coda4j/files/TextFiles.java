package io.github.coda4j.files;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Text from files and pipes, in strict UTF-8: encoding it again gives the same bytes. A byte order mark at its start,
 * which editors on Windows write, is no part of the text.
 */
public final class TextFiles {
    private static final String MARK = "\uFEFF";
    private static final long LARGEST_FILE = 1L << 30;

    private TextFiles() {}

    /**
     * A text with what stood before it in its file.
     *
     * @param mark the byte order mark, or nothing
     * @param text without it
     */
    public record Marked(String mark, String text) {
        /** The whole content of the file. */
        public String whole() {
            return mark + text;
        }

        /** Another text behind the same mark. */
        public Marked with(String newText) {
            return new Marked(mark, newText);
        }
    }

    /** @throws CodaException when the file cannot be read or is not UTF-8 */
    public static String read(Path file) {
        return readMarked(file).text();
    }

    /** The file's text and its byte order mark, for those who write it again; see {@link #read(Path)}. */
    public static Marked readMarked(Path file) {
        return marked(bytes(file), file.toString());
    }

    private static Marked marked(byte[] bytes, String source) {
        CharBuffer text = strict(bytes, source);
        return new Marked(text.position() > 0 ? MARK : "", text.toString());
    }

    /**
     * The text of a file that is fetched with a model.
     *
     * @throws CodaException also when a pointer, a page or nothing lies in its place ({@link NotFetched})
     */
    public static String readFetched(Path file) {
        return fetched(bytes(file), file.toString());
    }

    /**
     * The same for a file that was read already.
     *
     * @param source what messages call it
     */
    public static String fetched(byte[] file, String source) {
        NotFetched.problem(source, file).ifPresent(problem -> {
            throw problem;
        });
        return decode(file, source);
    }

    /** Everything up to the end of standard input. */
    public static String read(InputStream standardInput) {
        return readMarked(standardInput).text();
    }

    /** The same with its byte order mark. */
    public static Marked readMarked(InputStream standardInput) {
        try {
            return marked(standardInput.readAllBytes(), "standard input");
        } catch (IOException e) {
            throw new CodaException("cannot read standard input: " + e.getMessage(), e);
        }
    }

    /** The file's lines without those that are empty or begin with {@code #}, each without white space around it. */
    public static List<String> entries(Path list) {
        return read(list)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** The file's bytes; see {@link #read(Path)}. */
    static byte[] bytes(Path file) {
        if (Files.isDirectory(file)) {
            throw CodaException.of("%s is a folder, expected a file", file);
        }
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw CodaException.of("%s has %d bytes; a text file here has at most %d", file, size, LARGEST_FILE);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    /**
     * The text of the bytes, without a byte order mark.
     *
     * @param source what messages call it
     */
    public static String decode(byte[] bytes, String source) {
        return strict(bytes, source).toString();
    }

    /** The text behind a byte order mark, in a buffer that begins with the mark, if there is one. */
    static CharBuffer strict(byte[] bytes, String source) {
        refuseWideCharacters(bytes, source);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw CodaException.of(
                    "%s is not UTF-8: byte %d is 0x%02X; convert it first, for example with iconv",
                    source, in.position(), bytes[in.position()]);
        }
        out.flip();
        return out.hasRemaining() && out.get(0) == MARK.charAt(0) ? out.position(1) : out;
    }

    /** Names the encoding of text in UTF-16, which is not read. */
    static void refuseWideCharacters(byte[] bytes, String source) {
        if (bytes.length >= 2) {
            int first = (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
            if (first == 0xFEFF || first == 0xFFFE) {
                throw CodaException.of("%s is UTF-16, not UTF-8; convert it first, for example with iconv", source);
            }
        }
    }

    /** The text behind a byte order mark, or all of it. */
    public static String withoutMark(String text) {
        return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
    }

    /**
     * Where half of a surrogate pair stands alone: JSON can write it, but it is no character and UTF-8 has none for it.
     */
    public static OptionalInt loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }
}
