package io.github.coda4j.text;

import java.nio.charset.StandardCharsets;

/**
 * Decoding of UTF-8 that may be cut or broken, with one U+FFFD per maximal invalid part as the Unicode standard
 * recommends.
 */
final class Utf8 {
    private Utf8() {}

    static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    static String decode(byte[] bytes, int start, int end) {
        byte[] source = bytes;
        for (int i = start; i + 1 < end; i++) {
            // The JDK makes one U+FFFD of an encoded surrogate; its bytes are three invalid parts. No text holds a byte
            // 0xFF.
            if (bytes[i] == (byte) 0xED && (bytes[i + 1] & 0xE0) == 0xA0) {
                source = source == bytes ? bytes.clone() : source;
                source[i] = (byte) 0xFF;
            }
        }
        return new String(source, start, end - start, StandardCharsets.UTF_8);
    }

    /**
     * How many of the first {@code length} bytes are not the beginning of a character that later bytes could complete.
     */
    static int completeLength(byte[] bytes, int length) {
        for (int back = 1; back <= Math.min(3, length); back++) {
            int lead = bytes[length - back] & 0xFF;
            if (lead >= 0xC0) {
                boolean open =
                        back < expectedLength(lead) && (back == 1 || mayFollow(lead, bytes[length - back + 1] & 0xFF));
                return open ? length - back : length;
            }
            if (lead < 0x80) {
                return length;
            }
        }
        return length;
    }

    private static int expectedLength(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 1;
        }
        return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /**
     * Rules out overlong forms and values above U+10FFFF; the continuation bytes after the second one have no further
     * limits.
     */
    private static boolean mayFollow(int lead, int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }
}
