package io.github.coda4j.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A strict, typed, immutable view of a JSON object, usually a {@code config.json}. {@code require...} throws a
 * {@link CodaException} naming file and key when the key is absent; every getter throws one naming file, key, value and
 * the kind expected when the value is of another kind. A JSON null counts as absent, as in the files of Hugging Face.
 * Numbers are not rounded: {@code 64.0} is no integer; NaN and infinities are none.
 */
public final class ConfigFile {
    private final String source;
    private final String prefix;
    private final ObjectNode root;

    private ConfigFile(String source, String prefix, ObjectNode root) {
        this.source = source;
        this.prefix = prefix;
        this.root = root;
    }

    public static ConfigFile read(Path file) {
        return new ConfigFile(file.toString(), "", Json.readObject(file));
    }

    /**
     * An object that was read otherwise, for example from YAML.
     *
     * @param source what messages call it
     */
    public static ConfigFile of(ObjectNode root, String source) {
        return new ConfigFile(source, "", root.deepCopy());
    }

    /** @param source what messages call it, for example a file name */
    public static ConfigFile parse(String json, String source) {
        return new ConfigFile(source, "", Json.parseObject(json, source));
    }

    /**
     * An object made of plain values: String, Boolean, Integer, Long, Double, null, List and Map of these.
     *
     * @param source what messages call it
     */
    public static ConfigFile of(Map<String, ?> values, String source) {
        return new ConfigFile(source, "", (ObjectNode) Json.of(values));
    }

    /** A copy in which the key has this value; see {@link #of} for the kinds. */
    public ConfigFile with(String key, Object value) {
        ObjectNode copy = root.deepCopy();
        copy.set(key, Json.of(value));
        return new ConfigFile(source, prefix, copy);
    }

    public ConfigFile without(String key) {
        ObjectNode copy = root.deepCopy();
        copy.remove(key);
        return new ConfigFile(source, prefix, copy);
    }

    /** The file (or name) this was read from. */
    public String source() {
        return source;
    }

    /** All keys in file order, those with a null value too. */
    public SequencedSet<String> keys() {
        SequencedSet<String> keys = new LinkedHashSet<>();
        root.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** Whether the key is there with a string as its value. */
    public boolean isString(String key) {
        return root.path(key).isTextual();
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return root.hasNonNull(key);
    }

    public int requireInt(String key) {
        return required(key, optionalInt(key).stream().boxed().findFirst(), "an integer");
    }

    public OptionalInt optionalInt(String key) {
        return value(key, "an integer of 32 bits", JsonNode::canConvertToInt, JsonNode::isIntegralNumber)
                .map(node -> OptionalInt.of(node.intValue()))
                .orElseGet(OptionalInt::empty);
    }

    public long requireLong(String key) {
        return required(key, optionalLong(key).stream().boxed().findFirst(), "an integer");
    }

    public OptionalLong optionalLong(String key) {
        return value(key, "an integer of 64 bits", JsonNode::canConvertToLong, JsonNode::isIntegralNumber)
                .map(node -> OptionalLong.of(node.longValue()))
                .orElseGet(OptionalLong::empty);
    }

    public double requireDouble(String key) {
        return required(key, optionalDouble(key).stream().boxed().findFirst(), "a number");
    }

    public OptionalDouble optionalDouble(String key) {
        return value(key, "a finite number", node -> Double.isFinite(node.doubleValue()), JsonNode::isNumber)
                .map(node -> OptionalDouble.of(node.doubleValue()))
                .orElseGet(OptionalDouble::empty);
    }

    public boolean requireBoolean(String key) {
        return required(key, optionalBoolean(key), "true or false");
    }

    public Optional<Boolean> optionalBoolean(String key) {
        return value(key, "true or false", _ -> true, JsonNode::isBoolean).map(JsonNode::booleanValue);
    }

    public String requireString(String key) {
        return required(key, optionalString(key), "a string");
    }

    public Optional<String> optionalString(String key) {
        return value(key, "a string", _ -> true, JsonNode::isTextual).map(JsonNode::textValue);
    }

    public ConfigFile requireObject(String key) {
        return required(key, optionalObject(key), "an object");
    }

    public Optional<ConfigFile> optionalObject(String key) {
        return value(key, "an object", _ -> true, JsonNode::isObject)
                .map(node -> new ConfigFile(source, prefix + key + ".", (ObjectNode) node));
    }

    /** The object, or an empty one of that name when there is none. */
    public ConfigFile section(String key) {
        return optionalObject(key)
                .orElseGet(() -> new ConfigFile(source, prefix + key + ".", JsonNodeFactory.instance.objectNode()));
    }

    public List<Integer> requireInts(String key) {
        return required(key, optionalInts(key), "a list of integers");
    }

    public Optional<List<Integer>> optionalInts(String key) {
        return list(key, "integers", JsonNode::canConvertToInt, JsonNode::isIntegralNumber, JsonNode::intValue);
    }

    /** A list of integers, or a list of such lists; the first counts as the only one of them. */
    public List<List<Integer>> requireIntStages(String key) {
        String kind = "a list of integers or a list of such lists";
        if (!isStaged(key)) {
            return List.of(required(key, ints(key, root.path(key), kind), kind));
        }
        List<List<Integer>> stages = new ArrayList<>();
        for (JsonNode stage : root.get(key)) {
            stages.add(ints(key, stage, kind).orElseThrow());
        }
        return List.copyOf(stages);
    }

    /** Whether the value is a list of lists. */
    public boolean isStaged(String key) {
        return root.path(key).path(0).isArray();
    }

    private Optional<List<Integer>> ints(String key, JsonNode list, String kind) {
        if (list.isMissingNode() || list.isNull()) {
            return Optional.empty();
        }
        List<Integer> values = new ArrayList<>();
        for (JsonNode value : list.isArray() ? list : List.of(list)) {
            if (!list.isArray() || !value.isIntegralNumber() || !value.canConvertToInt()) {
                throw problem(key, "must be " + kind + ", got " + Json.shown(value));
            }
            values.add(value.intValue());
        }
        return Optional.of(List.copyOf(values));
    }

    /** Whether the value is an object. */
    public boolean isObject(String key) {
        return root.path(key).isObject();
    }

    /** Whether the value is this string. */
    public boolean isWord(String key, String word) {
        return word.equals(root.path(key).textValue());
    }

    /** Whether the value is a list. */
    public boolean isList(String key) {
        return root.path(key).isArray();
    }

    /** A list of objects. */
    public List<ConfigFile> requireObjects(String key) {
        int[] index = {0};
        return required(
                key,
                list(
                        key,
                        "objects",
                        _ -> true,
                        JsonNode::isObject,
                        node -> new ConfigFile(source, prefix + key + "[" + index[0]++ + "].", (ObjectNode) node)),
                "a list of objects");
    }

    /** A list of objects that have a name, or of names alone, which count as objects with nothing else. */
    public List<ConfigFile> requireNamed(String key, String name) {
        String kind = "a list of names, or of sections with a " + name;
        List<ConfigFile> objects = new ArrayList<>();
        for (JsonNode one : isList(key) ? root.get(key) : List.of(root.path(key))) {
            if (!isList(key) || !one.isTextual() && !one.isObject()) {
                throw problem(key, "must be " + kind + ", got " + Json.shown(one));
            }
            ObjectNode object = one instanceof ObjectNode named
                    ? named
                    : JsonNodeFactory.instance.objectNode().set(name, one);
            objects.add(new ConfigFile(source, prefix + key + "[" + objects.size() + "].", object));
        }
        return objects;
    }

    public List<Double> requireDoubles(String key) {
        return required(key, optionalDoubles(key), "a list of numbers");
    }

    public Optional<List<Double>> optionalDoubles(String key) {
        return list(
                key,
                "finite numbers",
                node -> Double.isFinite(node.doubleValue()),
                JsonNode::isNumber,
                JsonNode::doubleValue);
    }

    public List<String> requireStrings(String key) {
        return required(key, optionalStrings(key), "a list of strings");
    }

    public Optional<List<String>> optionalStrings(String key) {
        return list(key, "strings", _ -> true, JsonNode::isTextual, JsonNode::textValue);
    }

    /** Refuses the first key that is not among the known ones, with the one that was meant or all of them. */
    public void refuseKeysOtherThan(Collection<String> known) {
        for (String key : keys()) {
            if (!known.contains(key)) {
                String hint = Nearest.of(key, known)
                        .map(near -> "did you mean \"" + prefix + near + "\"?")
                        .orElse("known: " + String.join(", ", known));
                throw CodaException.of("%s: unknown key \"%s%s\"; %s", source, prefix, key, hint);
            }
        }
    }

    /**
     * The exception for a value that the caller cannot use, to be thrown by it.
     *
     * @param expected what would be right, for example {@code "a multiple of 8"}
     */
    public CodaException invalid(String key, String expected) {
        return has(key)
                ? problem(key, "must be " + expected + ", got " + Json.shown(root.get(key)))
                : problem(key, "is missing, expected " + expected);
    }

    /**
     * The exception for a key, to be thrown by the caller.
     *
     * @param what is wrong, in words that follow the key
     */
    public CodaException problem(String key, String what) {
        return CodaException.of("%s: \"%s%s\" %s", source, prefix, key, what);
    }

    /** The object as indented JSON text with a line end. */
    public String json() {
        return Json.pretty(root);
    }

    @Override
    public String toString() {
        return source + " " + Json.shown(root);
    }

    private Optional<JsonNode> value(String key, String kind, Predicate<JsonNode> inRange, Predicate<JsonNode> isKind) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode node = root.get(key);
        if (!isKind.test(node) || !inRange.test(node)) {
            throw invalid(key, kind);
        }
        return Optional.of(node);
    }

    private <T> Optional<List<T>> list(
            String key,
            String kinds,
            Predicate<JsonNode> inRange,
            Predicate<JsonNode> isKind,
            Function<JsonNode, T> read) {
        return value(key, "a list of " + kinds, _ -> true, JsonNode::isArray).map(array -> {
            List<T> values = new ArrayList<>();
            for (JsonNode node : array) {
                if (!isKind.test(node) || !inRange.test(node)) {
                    throw invalid(key, "a list of " + kinds);
                }
                values.add(read.apply(node));
            }
            return List.copyOf(values);
        });
    }

    private <T> T required(String key, Optional<T> value, String kind) {
        return value.orElseThrow(() -> invalid(key, kind));
    }
}
