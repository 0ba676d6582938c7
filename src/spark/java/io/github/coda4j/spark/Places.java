package io.github.coda4j.spark;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** Places of documents that one task found, each once, as few bytes: differences of the sorted ones. */
final class Places {
    private static final int BITS = 7;
    private static final int MASK = (1 << BITS) - 1;

    private long[] found = new long[1 << 10];
    private int count;

    void add(long place) {
        if (count == found.length) {
            distinct();
            if (count > found.length / 2) {
                found = Arrays.copyOf(found, 2 * found.length);
            }
        }
        found[count++] = place;
    }

    private void distinct() {
        Arrays.sort(found, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || found[i] != found[i - 1]) {
                found[kept++] = found[i];
            }
        }
        count = kept;
    }

    byte[] packed() {
        distinct();
        ByteArrayOutputStream out = new ByteArrayOutputStream(2 * count);
        long last = 0;
        for (int i = 0; i < count; i++) {
            long step = found[i] - last;
            last = found[i];
            while (step > MASK) {
                out.write((int) (step & MASK) | MASK + 1);
                step >>>= BITS;
            }
            out.write((int) step);
        }
        return out.toByteArray();
    }

    static void unpack(byte[] packed, LongConsumer sink) {
        long place = 0;
        long step = 0;
        int shift = 0;
        for (byte b : packed) {
            step |= (long) (b & MASK) << shift;
            shift += BITS;
            if (b >= 0) {
                place += step;
                sink.accept(place);
                step = 0;
                shift = 0;
            }
        }
    }
}
