package io.github.coda4j.files;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What lies in the place of a file that was not fetched: the pointer of Git LFS that a clone without LFS leaves, the
 * page of a network that wants a login, or nothing.
 */
public final class NotFetched {
    static final String EMPTY = "has 0 bytes: it was not fetched or written to its end";

    private static final int HEAD = 512;
    private static final String PAGE = "<!doctype html";
    private static final String POINTER = "version https://git-lfs.github.com/spec/";
    private static final String IS_POINTER =
            "is a Git LFS pointer, not the file: run `git lfs pull` in its folder, or fetch a model with "
                    + "`coda pull ID`";

    private NotFetched() {}

    /** What the file is instead, in words that follow its name; empty when it is none of these or cannot be read. */
    public static Optional<String> words(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return words(in.readNBytes(HEAD));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** See {@link #words(Path)}; of a file's first bytes. */
    public static Optional<String> words(byte[] head) {
        String text = new String(head, 0, Math.min(HEAD, head.length), StandardCharsets.UTF_8);
        return head.length == 0 ? Optional.of(EMPTY) : words(text);
    }

    /** What a file is instead that may be a web page: the pointer of Git LFS. */
    public static Optional<String> pointer(byte[] head) {
        return startsWith(head, POINTER) ? Optional.of(IS_POINTER) : Optional.empty();
    }

    private static boolean startsWith(byte[] head, String text) {
        byte[] start = text.getBytes(StandardCharsets.US_ASCII);
        return head.length >= start.length && Arrays.equals(head, 0, start.length, start, 0, start.length);
    }

    private static Optional<String> words(String text) {
        String start = TextFiles.withoutMark(text).stripLeading();
        if (start.startsWith(POINTER)) {
            return Optional.of(IS_POINTER);
        }
        String lower =
                start.substring(0, Math.min(PAGE.length(), start.length())).toLowerCase(Locale.ROOT);
        return lower.startsWith(PAGE) || lower.startsWith("<html")
                ? Optional.of("is a web page (HTML), not the file: a login page of the network, or an error of the "
                        + "server; fetch it again")
                : Optional.empty();
    }

    /** The problem with a file whose content could not be understood, if it is one of these. */
    static Optional<CodaException> problem(String source, byte[] content) {
        return words(content).map(what -> new CodaException(source + " " + what));
    }

    /** The problem with a text that could not be understood, if it is a pointer or a page. */
    static Optional<CodaException> problem(String source, String text) {
        return words(text).map(what -> new CodaException(source + " " + what));
    }
}
