package io.github.coda4j.data;

import java.util.List;
import java.util.Optional;

/**
 * A document as it was found.
 *
 * @param name where it comes from: a path, {@code ARCHIVE!/ENTRY} or {@code FILE:LINE}
 * @param path its path, for the language and the exclude list; empty for a row that states none
 * @param named whether its file was named by itself, not found in a folder or archive
 * @param size its bytes, or what is known of them when it was not read
 * @param content UTF-8; empty when it was not read
 * @param licenses SPDX expressions that were stated beside it
 * @param fate why it was not read, if it was not
 */
record RawDocument(
        String name,
        Optional<String> path,
        boolean named,
        long size,
        byte[] content,
        List<String> licenses,
        Optional<Fate> fate) {
    private static final byte[] NOTHING = {};

    static RawDocument of(String name, boolean named, byte[] content) {
        return new RawDocument(name, Optional.of(name), named, content.length, content, List.of(), Optional.empty());
    }

    static RawDocument row(String name, byte[] content) {
        return new RawDocument(name, Optional.empty(), true, content.length, content, List.of(), Optional.empty());
    }

    static RawDocument dropped(String name, long size, Fate fate) {
        return new RawDocument(name, Optional.empty(), false, size, NOTHING, List.of(), Optional.of(fate));
    }
}
