package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.LoadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A file of cases for one model: an object with a list {@code cases} and what the cases have in common. */
record CaseFile(Path path, JsonNode root) {
    static final String FLAG = "--cases";

    /** What may be said beside it: where the model is and how it is run. */
    private static final Set<String> BESIDE = Set.of(
            FLAG, "--model", "--out", "--dtype", "--engine", "--device", "--threads", "--attention-block", "--mask-id");

    /** @throws CodaException when the file cannot be read or has no cases */
    static CaseFile read(Path path) {
        JsonNode root = Json.read(path);
        if (!root.path("cases").isArray() || root.path("cases").isEmpty()) {
            throw CodaException.of("%s must hold an object with a list \"cases\" of at least one case", path);
        }
        return new CaseFile(path, root);
    }

    /** Refuses options that the cases say. */
    static void refuseOthers(CommandSpec command) {
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            if (!BESIDE.contains(option.longestName())) {
                throw new IllegalArgumentException(
                        option.longestName() + " has no effect with " + FLAG + ", whose cases say it: leave it out");
            }
        }
    }

    List<JsonNode> cases() {
        List<JsonNode> cases = new ArrayList<>();
        root.path("cases").forEach(cases::add);
        return cases;
    }

    /**
     * How to load the model: with what the file says of it where no flag does.
     *
     * @param block length of the blocks of its attention
     */
    LoadOptions told(LoadOptions load, Optional<Integer> block) {
        Map<String, Integer> told = new TreeMap<>();
        if (root.path("mask_token_id").isInt()) {
            told.put(LoadOptions.MASK_ID, root.path("mask_token_id").intValue());
        }
        block.ifPresent(length -> told.put(LoadOptions.ATTENTION_BLOCK, length));
        told.putAll(load.told());
        return load.withTold(told);
    }

    /** The text of a field. */
    String text(JsonNode one, String field) {
        if (!one.path(field).isTextual()) {
            throw wrong(one, field, "a text");
        }
        return one.path(field).textValue();
    }

    /** A whole number that is at least {@code least}. */
    int whole(JsonNode one, String field, int least) {
        JsonNode value = one.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
            throw wrong(one, field, "a whole number of at least " + least);
        }
        return value.intValue();
    }

    /** A list of ids below {@code vocabSize}. */
    int[] ids(JsonNode one, String field, int vocabSize) {
        JsonNode list = one.path(field);
        if (!list.isArray() || list.isEmpty()) {
            throw wrong(one, field, "a list of ids");
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = list.get(i);
            if (!id.isIntegralNumber() || id.intValue() < 0 || id.intValue() >= vocabSize) {
                throw wrong(one, field, "a list of ids in [0, " + vocabSize + ")");
            }
            ids[i] = id.intValue();
        }
        return ids;
    }

    CodaException wrong(JsonNode one, String field, String expected) {
        String name = one.path("name").asText(one.path("id").asText("a case"));
        return CodaException.of(
                "%s: %s: \"%s\" must be %s, got %s", path, name, field, expected, Json.shown(one.path(field)));
    }
}
