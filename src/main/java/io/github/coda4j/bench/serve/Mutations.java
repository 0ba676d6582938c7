package io.github.coda4j.bench.serve;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Requests that clients sent, with something broken in each: a value, a field, a place, or the JSON itself. */
public final class Mutations {
    private static final int FEW_TOKENS = 4;
    private static final int FEW_MILLIS = 300;
    private static final int MOST_CHANGES = 3;

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1",
            "1e308",
            "-0.5",
            "9223372036854775808",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "{\"a\":{}}",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[1,\"a\",{}]",
            "\"fixed\"",
            "\"<|mask|>\"",
            "NaN",
            "4097");
    private static final List<String> FIELDS = List.of(
            "n",
            "max_tokens",
            "n_predict",
            "n_cmpl",
            "stream",
            "stop",
            "logit_bias",
            "options",
            "seed",
            "temperature",
            "length",
            "steps",
            "block_length",
            "cache",
            "alg",
            "threshold",
            "alg_param",
            "effort",
            "suffix",
            "prompt",
            "messages",
            "echo",
            "deadline_ms",
            "stream_options",
            "response_format",
            "top_k",
            "top_p",
            "eps",
            "tools",
            "input_extra",
            "input_prefix",
            "n_indent",
            "t_max_predict_ms",
            "t_max_prompt_ms",
            "response_fields",
            "regions");

    private final List<JsonNode> recorded;
    private final Random random;

    /** A request's path, and what is sent there, mostly JSON. */
    public record Request(String path, String body) {}

    private Mutations(List<JsonNode> recorded, Random random) {
        this.recorded = recorded;
        this.random = random;
    }

    /**
     * Of the requests in a folder of recordings: files of JSON with a {@code request}, or a list of them, of which
     * those count that have a {@code path} and an object as {@code body}.
     *
     * @param seed the same one gives the same requests
     * @throws CodaException when the folder cannot be read
     * @throws IllegalArgumentException when it has no such request
     */
    public static Mutations of(Path folder, long seed) {
        List<JsonNode> requests = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                JsonNode request = Json.read(file).path("request");
                (request.isArray() ? request.valueStream() : Stream.of(request))
                        .filter(one -> one.path("path").isTextual())
                        .filter(one -> one.path("body").isObject())
                        .forEach(requests::add);
            }
        } catch (IOException e) {
            throw new CodaException("cannot read the recorded requests in " + folder + ": " + e.getMessage(), e);
        }
        check(!requests.isEmpty(), "there are no recorded requests in %s", folder);
        return new Mutations(requests, new Random(seed));
    }

    /** Another one. */
    public Request next() {
        JsonNode request = recorded.get(random.nextInt(recorded.size()));
        JsonNode body = request.get("body").deepCopy();
        for (int change = random.nextInt(MOST_CHANGES); change >= 0; change--) {
            mutate(body);
        }
        return new Request(request.get("path").textValue(), broken(Json.compact(capped(body))));
    }

    /** Long answers are no part of this. */
    private static JsonNode capped(JsonNode body) {
        if (body instanceof ObjectNode object) {
            if (!object.has("max_tokens") && !object.has("n_predict")) {
                object.put("max_tokens", FEW_TOKENS);
            }
            if (!object.has("deadline_ms")) {
                object.put("deadline_ms", FEW_MILLIS);
            }
        }
        return body;
    }

    private void mutate(JsonNode node) {
        JsonNode value = Json.parse(VALUES.get(random.nextInt(VALUES.size())), "a value");
        if (node instanceof ObjectNode object) {
            List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(object.properties());
            if (entries.isEmpty() || random.nextInt(3) == 0) {
                object.set(FIELDS.get(random.nextInt(FIELDS.size())), value);
                return;
            }
            Map.Entry<String, JsonNode> entry = entries.get(random.nextInt(entries.size()));
            if (entry.getValue().isContainerNode() && random.nextBoolean()) {
                mutate(entry.getValue());
            } else if (random.nextInt(4) == 0) {
                object.remove(entry.getKey());
            } else {
                object.set(entry.getKey(), value);
            }
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            if (array.get(index).isContainerNode() && random.nextBoolean()) {
                mutate(array.get(index));
            } else {
                array.set(index, value);
            }
        }
    }

    private String broken(String text) {
        if (random.nextInt(20) > 0 || text.isEmpty()) {
            return text;
        }
        int at = random.nextInt(text.length());
        return random.nextBoolean() ? text.substring(0, at) : text.substring(0, at) + '"' + text.substring(at);
    }
}
