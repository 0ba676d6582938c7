package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Token ids on the command line: {@code 1,2,3}, or a JSON file with a list or an object that has one as "ids" or
 * "prompt".
 */
final class IdsArgument {
    private static final Pattern INLINE = Pattern.compile("\\s*-?\\d+\\s*(,\\s*-?\\d+\\s*)*");

    private IdsArgument() {}

    /**
     * The ids.
     *
     * @param vocabSize every id is below it
     * @throws IllegalArgumentException for ids in the argument that the model does not know
     * @throws CodaException for a file that cannot be read, holds no ids or unknown ones
     */
    static int[] parse(String argument, int vocabSize) {
        if (INLINE.matcher(argument).matches()) {
            int[] ids = Arrays.stream(argument.split(","))
                    .mapToInt(IdsArgument::number)
                    .toArray();
            for (int i = 0; i < ids.length; i++) {
                check(ids[i] >= 0 && ids[i] < vocabSize, "--ids: %s", outside(ids[i], i, vocabSize));
            }
            return ids;
        }
        Path file = file(argument);
        int[] ids = ids(Json.read(file), file);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabSize) {
                throw CodaException.of("%s: %s", file, outside(ids[i], i, vocabSize));
            }
        }
        return ids;
    }

    private static Path file(String argument) {
        check(!argument.isBlank(), "--ids is empty; it takes ids such as 1,2,3 or a JSON file");
        Path file = Path.of(argument);
        if (!Files.exists(file)) {
            throw CodaException.of("--ids takes ids such as 1,2,3 or a JSON file; there is no file %s", argument);
        }
        return file;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--ids: '" + text.strip() + "' is too large for an id", e);
        }
    }

    private static String outside(int id, int index, int vocabSize) {
        return "id " + id + " at index " + index + " is outside the model's vocabulary of [0, " + vocabSize + ")";
    }

    private static int[] ids(JsonNode json, Path file) {
        JsonNode list = json.isObject() ? json.path(json.has("ids") ? "ids" : "prompt") : json;
        if (list.size() == 1 && list.path(0).isArray()) {
            list = list.get(0);
        }
        boolean usable = list.isArray()
                && !list.isEmpty()
                && StreamSupport.stream(list.spliterator(), false)
                        .allMatch(id -> id.isIntegralNumber() && id.canConvertToInt());
        if (!usable) {
            throw CodaException.of(
                    "%s must hold a JSON list of at least one id, or an object with one as \"ids\" or \"prompt\"",
                    file);
        }
        return StreamSupport.stream(list.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
