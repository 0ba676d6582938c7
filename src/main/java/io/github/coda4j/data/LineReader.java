package io.github.coda4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads lines of bytes, and passes over those that are too long without holding them. */
final class LineReader {
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private byte[] line = new byte[BUFFER];

    /** One line without its line feed; {@code bytes} is empty when it is longer than the limit. */
    record Line(byte[] bytes, long length, boolean tooLong) {}

    LineReader(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** Whether another line follows. */
    boolean hasNext() throws IOException {
        if (start == end) {
            start = 0;
            end = Math.max(0, in.read(buffer));
        }
        return start < end;
    }

    Line next() throws IOException {
        long length = 0;
        while (hasNext()) {
            int feed = start;
            while (feed < end && buffer[feed] != '\n') {
                feed++;
            }
            int count = feed - start;
            if (length + count <= maxBytes) {
                if (length + count > line.length) {
                    line = Arrays.copyOf(line, (int) Math.max(length + count, 2L * line.length));
                }
                System.arraycopy(buffer, start, line, (int) length, count);
            }
            length += count;
            boolean complete = feed < end;
            start = complete ? feed + 1 : end;
            if (complete) {
                break;
            }
        }
        return length > maxBytes
                ? new Line(new byte[0], length, true)
                : new Line(Arrays.copyOf(line, (int) length), length, false);
    }
}
