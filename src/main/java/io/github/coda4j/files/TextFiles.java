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
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Text from files and pipes, in strict UTF-8: encoding it again gives the same bytes. */
public final class TextFiles {
    private TextFiles() {}

    /** @throws CodaException when the file cannot be read or is not UTF-8 */
    public static String read(Path file) {
        if (Files.isDirectory(file)) {
            throw CodaException.of("%s is a folder, expected a file", file);
        }
        try {
            return decode(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new CodaException("there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new CodaException("cannot read " + file + ": no permission", e);
        } catch (IOException e) {
            throw new CodaException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Everything up to the end of standard input. */
    public static String read(InputStream standardInput) {
        try {
            return decode(standardInput.readAllBytes(), "standard input");
        } catch (IOException e) {
            throw new CodaException("cannot read standard input: " + e.getMessage(), e);
        }
    }

    /**
     * The text of the bytes.
     *
     * @param source what messages call it
     */
    public static String decode(byte[] bytes, String source) {
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
        return out.flip().toString();
    }
}
