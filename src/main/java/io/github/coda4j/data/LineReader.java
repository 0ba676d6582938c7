package io.github.coda4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads lines of bytes, which end with a line feed, a carriage return or both, and passes over those that are too long
 * without holding them.
 */
final class LineReader {
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private long filled;
    private boolean behindReturn;
    private byte[] line = new byte[BUFFER];

    /** One line without its end; {@code bytes} is empty when it is longer than the limit. */
    record Line(byte[] bytes, long length, boolean tooLong) {
        boolean isBlank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t') {
                    return false;
                }
            }
            return !tooLong;
        }
    }

    LineReader(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** Whether another line follows. */
    boolean hasNext() throws IOException {
        boolean more = fill();
        if (more && behindReturn && buffer[start] == '\n') {
            start++;
            more = fill();
        }
        behindReturn = false;
        return more;
    }

    /** Where the next line begins, in bytes from where the input began; asked after {@link #hasNext}. */
    long position() {
        return filled - (end - start);
    }

    private boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = Math.max(0, in.read(buffer));
            filled += end;
        }
        return start < end;
    }

    Line next() throws IOException {
        long length = 0;
        boolean more = hasNext();
        while (more) {
            int stop = start;
            while (stop < end && buffer[stop] != '\n' && buffer[stop] != '\r') {
                stop++;
            }
            int count = stop - start;
            if (length + count <= maxBytes) {
                if (length + count > line.length) {
                    line = Arrays.copyOf(line, (int) Math.max(length + count, 2L * line.length));
                }
                System.arraycopy(buffer, start, line, (int) length, count);
            }
            length += count;
            boolean complete = stop < end;
            behindReturn = complete && buffer[stop] == '\r';
            start = complete ? stop + 1 : end;
            more = !complete && fill();
        }
        return length > maxBytes
                ? new Line(new byte[0], length, true)
                : new Line(Arrays.copyOf(line, (int) length), length, false);
    }
}
