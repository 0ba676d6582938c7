package io.github.coda4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The fixtures computed with the original, in {@code src/test/resources/golden}. */
public final class Goldens {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Goldens() {}

    /** Path of a fixture, for example {@code "model/a-untied"}. */
    public static Path path(String name) {
        Path path = Path.of("src", "test", "resources", "golden", name);
        if (!Files.exists(path)) {
            throw new AssertionError("no golden fixture " + path);
        }
        return path;
    }

    public static JsonNode json(String name) {
        try {
            return JSON.readTree(Files.readString(path(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The entries of the file's {@code cases} array; never empty. */
    public static List<JsonNode> cases(String name) {
        List<JsonNode> cases = new ArrayList<>();
        json(name).get("cases").forEach(cases::add);
        if (cases.isEmpty()) {
            throw new AssertionError("no cases in golden " + name);
        }
        return cases;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }
}
