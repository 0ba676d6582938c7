package io.github.coda4j.data;

import java.util.Optional;

/**
 * A document that was looked at by itself.
 *
 * @param size bytes
 * @param fate why it is dropped, if it is
 * @param why what exactly is wrong, or is to be told of it; mostly nothing
 * @param text empty when it is dropped
 * @param hash the first 8 bytes of the text's SHA-256
 * @param signature for finding near duplicates ({@link SignatureBands}), 128 values; empty when it has too few words or
 *     they are not asked for
 */
public record ExaminedDocument(
        String name, long size, Optional<Fate> fate, String why, String text, long hash, int[] signature) {}
