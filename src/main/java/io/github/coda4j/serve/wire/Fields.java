package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.TextFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The fields of a JSON object. A field that is missing and one that is null are the same. What is of another kind is a
 * {@link Problem} with the field's path, such as {@code stream_options.include_usage}. Fields that nobody asks for are
 * not looked at.
 */
public final class Fields {
    private final ObjectNode node;
    private final String prefix;

    private Fields(ObjectNode node, String prefix) {
        this.node = node;
        this.prefix = prefix;
    }

    /** @throws Problem when it is not an object in UTF-8 */
    public static Fields of(byte[] body) {
        try {
            return new Fields(Json.parseObject(body, "the body"), "");
        } catch (CodaException e) {
            throw Problem.noJson(e.getMessage());
        }
    }

    /** The fields of an object that is read already. */
    public static Fields of(ObjectNode node) {
        return new Fields(node, "");
    }

    /** The field's path from the body, for problems. */
    public String path(String key) {
        return prefix + key;
    }

    /** The field's value as it stands; a missing node when there is none. */
    public JsonNode node(String key) {
        return node.path(key);
    }

    /** The same with this value where there is none. */
    public Fields withDefault(String key, JsonNode value) {
        if (has(key)) {
            return this;
        }
        ObjectNode copy = node.deepCopy();
        copy.set(key, value);
        return new Fields(copy, prefix);
    }

    /** The value of a path of keys with dots between them. */
    JsonNode at(String path) {
        JsonNode value = node;
        for (String key : path.split("\\.")) {
            value = value.path(key);
        }
        return value;
    }

    /** Whether there are no fields. */
    public boolean isEmpty() {
        return node.isEmpty();
    }

    /** Whether there is a value other than null. */
    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** A string. */
    public Optional<String> text(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node(key).isTextual()) {
            throw wrong(key, "a string");
        }
        return Optional.of(whole(key, node(key).textValue()));
    }

    /** True or false; {@code standard} where there is none. */
    public boolean truth(String key, boolean standard) {
        if (!has(key)) {
            return standard;
        }
        if (!node(key).isBoolean()) {
            throw wrong(key, "true or false");
        }
        return node(key).booleanValue();
    }

    /** An integer of 32 bits. */
    public OptionalInt integer(String key) {
        if (!has(key)) {
            return OptionalInt.empty();
        }
        if (!node(key).isIntegralNumber() || !node(key).canConvertToInt()) {
            throw wrong(key, "an integer of 32 bits");
        }
        return OptionalInt.of(node(key).intValue());
    }

    /** An integer in [least, most]. */
    public OptionalInt integer(String key, int least, int most) {
        OptionalInt value = integer(key);
        if (value.isPresent() && (value.getAsInt() < least || value.getAsInt() > most)) {
            throw wrong(key, most == Integer.MAX_VALUE ? "at least " + least : "in [" + least + ", " + most + "]");
        }
        return value;
    }

    /** An integer of 64 bits. */
    public OptionalLong integer64(String key) {
        if (!has(key)) {
            return OptionalLong.empty();
        }
        if (!node(key).isIntegralNumber() || !node(key).canConvertToLong()) {
            throw wrong(key, "an integer of 64 bits");
        }
        return OptionalLong.of(node(key).longValue());
    }

    /** A finite number. */
    public OptionalDouble number(String key) {
        if (!has(key)) {
            return OptionalDouble.empty();
        }
        if (!node(key).isNumber() || !Double.isFinite(node(key).doubleValue())) {
            throw wrong(key, "a finite number");
        }
        return OptionalDouble.of(node(key).doubleValue());
    }

    /** One text or a list of them. */
    public List<String> texts(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (node(key).isTextual()) {
            return List.of(whole(key, node(key).textValue()));
        }
        if (!node(key).isArray()) {
            throw wrong(key, "a string or a list of strings");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : node(key)) {
            String name = key + "[" + texts.size() + "]";
            if (!element.isTextual()) {
                throw Problem.wrong(path(name), path(name) + " must be a string, got " + Json.shown(element));
            }
            texts.add(whole(name, element.textValue()));
        }
        return texts;
    }

    /** The fields of an object; an object without any where there is none. */
    public Fields object(String key) {
        JsonNode value = node(key);
        if (!has(key)) {
            return new Fields(Json.parseObject("{}", path(key)), path(key) + ".");
        }
        if (!(value instanceof ObjectNode object)) {
            throw wrong(key, "an object");
        }
        return new Fields(object, path(key) + ".");
    }

    /** The objects of a list; none where there is none. */
    public List<Fields> objects(String key) {
        List<Fields> objects = new ArrayList<>();
        for (JsonNode element : list(key)) {
            String name = path(key + "[" + objects.size() + "]");
            if (!(element instanceof ObjectNode object)) {
                throw Problem.wrong(name, name + " must be an object, got " + Json.shown(element));
            }
            objects.add(new Fields(object, name + "."));
        }
        return objects;
    }

    /** A list of anything; none where there is none. */
    public List<JsonNode> list(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (!(node(key) instanceof ArrayNode array)) {
            throw wrong(key, "a list");
        }
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    /** The problem that the field's value is not what it must be. */
    public Problem wrong(String key, String kind) {
        return Problem.wrong(path(key), path(key) + " must be " + kind + ", got " + Json.shown(node(key)));
    }

    /** Half of a surrogate pair is no character: it has no encoding and no tokens. */
    private String whole(String key, String text) {
        OptionalInt lone = TextFiles.loneSurrogate(text);
        if (lone.isPresent()) {
            throw Problem.wrong(
                    path(key),
                    path(key) + " is no text: its character " + lone.getAsInt() + " is half of a surrogate pair");
        }
        return text;
    }
}
