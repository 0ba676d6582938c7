package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Which fields a row has, for messages about one that it lacks. */
final class RowFields {
    private static final int SHOWN = 8;

    private RowFields() {}

    /** {@code " (has: content, path)"}; what a row is that has no fields. */
    static String there(JsonNode row) {
        if (!row.isObject()) {
            return " (the row is no object)";
        }
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        return columns(names);
    }

    /** {@code " (has: content, path)"} of the columns of a file. */
    static String columns(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.isEmpty() ? " (has none)" : " (has: " + shown + (names.size() > SHOWN ? ", ..." : "") + ")";
    }
}
