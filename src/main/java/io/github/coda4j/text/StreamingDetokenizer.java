package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import java.util.Arrays;

/**
 * Turns ids into text one by one, never showing half a character: bytes that may still become a character are held
 * back. All texts returned, put together with the final {@link #flush}, are what {@link Tokenizer#decode} gives for all
 * ids at once. Not thread-safe.
 */
public final class StreamingDetokenizer {
    private static final byte[] NOTHING = {};

    private final Tokenizer tokenizer;
    private final boolean skipSpecial;
    private byte[] held = NOTHING;

    public StreamingDetokenizer(Tokenizer tokenizer, boolean skipSpecial) {
        this.tokenizer = tokenizer;
        this.skipSpecial = skipSpecial;
    }

    /** The text that the id makes certain; often empty, never null. */
    public String accept(int id) {
        check(id >= 0, "a token id must be 0 or more, got %d", id);
        if (skipSpecial && tokenizer.isSpecial(id)) {
            return "";
        }
        byte[] added = tokenizer.tokenBytes(id);
        byte[] bytes = Arrays.copyOf(held, held.length + added.length);
        System.arraycopy(added, 0, bytes, held.length, added.length);
        int complete = Utf8.completeLength(bytes, bytes.length);
        held = Arrays.copyOfRange(bytes, complete, bytes.length);
        return Utf8.decode(bytes, 0, complete);
    }

    /** What is left when no more ids come: an unfinished character becomes U+FFFD. Afterwards a new text may begin. */
    public String flush() {
        String rest = Utf8.decode(held);
        held = NOTHING;
        return rest;
    }
}
