package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
 * @param row the JSON of an instruction; missing for text
 * @param licenses SPDX expressions that were stated beside it
 * @param fate why it was not read, if it was not
 * @param why what exactly is wrong with it, or is to be told of it; mostly nothing
 */
record RawDocument(
        String name,
        Optional<String> path,
        boolean named,
        long size,
        byte[] content,
        JsonNode row,
        List<String> licenses,
        Optional<Fate> fate,
        String why) {
    private static final byte[] NOTHING = {};
    private static final JsonNode NO_ROW = MissingNode.getInstance();

    static RawDocument of(String name, boolean named, byte[] content, String told) {
        return new RawDocument(
                name, Optional.of(name), named, content.length, content, NO_ROW, List.of(), Optional.empty(), told);
    }

    static RawDocument ofRow(String name, Optional<String> path, byte[] content, List<String> licenses) {
        return new RawDocument(name, path, false, content.length, content, NO_ROW, licenses, Optional.empty(), "");
    }

    static RawDocument row(String name, JsonNode row, long size) {
        return new RawDocument(name, Optional.empty(), true, size, NOTHING, row, List.of(), Optional.empty(), "");
    }

    static RawDocument dropped(String name, long size, Fate fate, String why) {
        return new RawDocument(name, Optional.empty(), false, size, NOTHING, NO_ROW, List.of(), Optional.of(fate), why);
    }
}
