package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Nearest;
import io.github.coda4j.files.ConfigValues;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One section of a config while it is read: hands out each value with its type checked, remembers what was asked for,
 * and writes down what is in force. Everything wrong is an {@link IllegalArgumentException} that names file and key.
 */
final class ConfigSection implements ConfigValues {
    private static final String NAME = "name";

    private final String source;
    private final String prefix;
    private final ObjectNode given;
    private final ObjectNode effective;
    private final List<String> keys;
    private final Set<String> read = new HashSet<>();

    private ConfigSection(String source, String prefix, ObjectNode given, ObjectNode effective, List<String> keys) {
        this.source = source;
        this.prefix = prefix;
        this.given = given;
        this.effective = effective;
        this.keys = keys;
        given.fieldNames().forEachRemaining(this::refuseUnknown);
    }

    /** The whole of a config, of which nothing but the given keys may be there. */
    static ConfigSection root(String source, ObjectNode given, String... keys) {
        return new ConfigSection(source, "", given, ConfigText.empty(), List.of(keys));
    }

    /** A section; an empty one when it is not there. */
    ConfigSection section(String key, String... keysOfIt) {
        JsonNode node = asked(key);
        if (node != null && !node.isObject()) {
            throw problem(key, "must be a section with keys " + String.join(", ", keysOfIt) + ", got " + shown(node));
        }
        ObjectNode inner = node == null ? ConfigText.empty() : (ObjectNode) node;
        return new ConfigSection(source, prefix + key + ".", inner, effective.putObject(key), List.of(keysOfIt));
    }

    /**
     * A list of sections that have a name, or of names alone; an empty one when it is not there, which is not written
     * down.
     *
     * @param keysOfEach what a section may have beside its name
     */
    List<ConfigSection> named(String key, List<String> keysOfEach) {
        if (!has(key)) {
            return List.of();
        }
        JsonNode list = asked(key);
        if (!list.isArray()) {
            throw wrong(key, "a list of names, or of sections with a name", list);
        }
        List<String> all = new ArrayList<>(keysOfEach);
        all.addFirst(NAME);
        List<ConfigSection> sections = new ArrayList<>();
        ArrayNode written = effective.putArray(key);
        for (JsonNode one : list) {
            ObjectNode section = one.isTextual() ? ConfigText.empty().put(NAME, one.textValue()) : null;
            if (section == null && !one.isObject()) {
                throw wrong(key, "a list of names, or of sections with a name", one);
            }
            String where = prefix + key + "[" + sections.size() + "].";
            sections.add(new ConfigSection(
                    source, where, section == null ? (ObjectNode) one : section, written.addObject(), all));
        }
        return sections;
    }

    /** What is in force: all values that were read, those that were not given too. */
    ObjectNode effective() {
        return effective;
    }

    /** Makes a record of this section; where it refuses its values, the message says where they stand. */
    <T> T build(Supplier<T> record) {
        T built;
        try {
            built = record.get();
        } catch (ConfigProblem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            String where = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
            throw new ConfigProblem(source + ": " + where + e.getMessage());
        }
        given.fieldNames().forEachRemaining(key -> {
            if (!read.contains(key)) {
                throw problem(key, "has no effect with the rest of this config; leave it out");
            }
        });
        return built;
    }

    /** Whether the value is this word, which then is in force; another value is left to be read as what it is. */
    boolean isWord(String key, String word, boolean whenMissing) {
        JsonNode node = asked(key);
        boolean is = node == null
                ? whenMissing
                : node.isTextual() && node.textValue().equals(word);
        if (is) {
            effective.put(key, word);
        }
        return is;
    }

    @Override
    public boolean has(String key) {
        return given.has(key);
    }

    @Override
    public long integer(String key, String meaning) {
        return integerOf(key, required(key, meaning));
    }

    @Override
    public long integerOr(String key, long otherwise) {
        JsonNode node = asked(key);
        return integerOf(key, node == null ? ConfigText.empty().numberNode(otherwise) : node);
    }

    private long integerOf(String key, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrong(key, "an integer", node);
        }
        effective.set(key, node);
        return node.longValue();
    }

    @Override
    public int count(String key, String meaning) {
        return toInt(key, integer(key, meaning));
    }

    @Override
    public int countOr(String key, int otherwise) {
        return toInt(key, integerOr(key, otherwise));
    }

    private int toInt(String key, long value) {
        if (value != (int) value) {
            throw problem(key, "must be an integer of 32 bits, got " + value);
        }
        return (int) value;
    }

    @Override
    public double number(String key, String meaning) {
        return put(key, numberOf(key, "a number", required(key, meaning)));
    }

    @Override
    public double numberOr(String key, double otherwise) {
        JsonNode node = asked(key);
        return put(key, node == null ? otherwise : numberOf(key, "a number", node));
    }

    private double put(String key, double value) {
        effective.put(key, value);
        return value;
    }

    private double numberOf(String key, String kind, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong(key, kind, node);
        }
        return node.doubleValue();
    }

    @Override
    public boolean flagOr(String key, boolean otherwise) {
        JsonNode node = asked(key);
        if (node != null && !node.isBoolean()) {
            throw wrong(key, "true or false", node);
        }
        boolean value = node == null ? otherwise : node.booleanValue();
        effective.put(key, value);
        return value;
    }

    @Override
    public String choice(String key, String meaning, List<String> names) {
        return choiceOf(key, textOf(key, required(key, meaning)), names);
    }

    @Override
    public String choiceOr(String key, String otherwise, List<String> names) {
        JsonNode node = asked(key);
        return choiceOf(key, node == null ? otherwise : textOf(key, node), names);
    }

    /** One of the names; what is not given is not written down either. */
    String choiceIfGiven(String key, String otherwise, List<String> names) {
        return has(key) ? choiceOr(key, otherwise, names) : otherwise;
    }

    private String choiceOf(String key, String name, List<String> names) {
        if (!names.contains(name)) {
            throw problem(
                    key, "must be one of " + String.join(", ", names) + ", got " + name + Nearest.hint(name, names));
        }
        effective.put(key, name);
        return name;
    }

    @Override
    public String textOr(String key, String otherwise) {
        JsonNode node = asked(key);
        String value = node == null ? otherwise : textOf(key, node);
        effective.put(key, value);
        return value;
    }

    private String textOf(String key, JsonNode node) {
        if (!node.isTextual() || node.textValue().isBlank()) {
            throw wrong(key, "a text", node);
        }
        return node.textValue();
    }

    @Override
    public Path path(String key, String meaning) {
        return pathOf(key, required(key, meaning));
    }

    @Override
    public Path pathOr(String key, Path otherwise) {
        JsonNode node = asked(key);
        if (node == null) {
            effective.put(key, otherwise.toString());
            return otherwise;
        }
        return pathOf(key, node);
    }

    private Path pathOf(String key, JsonNode node) {
        String text = textOf(key, node);
        effective.put(key, text);
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw wrong(key, "a path", node);
        }
    }

    @Override
    public List<Double> numbersOr(String key, double otherwise) {
        JsonNode node = asked(key);
        if (node == null || !node.isArray()) {
            return List.of(numberOr(key, otherwise));
        }
        String kind = "a number or a list of numbers";
        List<Double> values = new ArrayList<>();
        ArrayNode list = effective.putArray(key);
        for (JsonNode element : node) {
            values.add(numberOf(key, kind, element));
            list.add(values.getLast());
        }
        if (values.isEmpty()) {
            throw wrong(key, kind, node);
        }
        return values;
    }

    @Override
    public List<List<Integer>> integerStages(String key) {
        JsonNode node = asked(key);
        if (node == null) {
            effective.putArray(key);
            return List.of(List.of());
        }
        boolean staged = node.path(0).isArray();
        List<List<Integer>> stages = new ArrayList<>();
        if (staged) {
            node.forEach(stage -> stages.add(integers(key, stage)));
        } else {
            stages.add(integers(key, node));
        }
        effective.set(key, node);
        return stages;
    }

    private List<Integer> integers(String key, JsonNode list) {
        List<Integer> values = new ArrayList<>();
        for (JsonNode element : list) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                throw wrong(key, "a list of integers or a list of such lists", element);
            }
            values.add(element.intValue());
        }
        if (!list.isArray()) {
            throw wrong(key, "a list of integers or a list of such lists", list);
        }
        return values;
    }

    private JsonNode required(String key, String meaning) {
        JsonNode node = asked(key);
        if (node == null) {
            throw problem(key, "is missing: " + meaning);
        }
        return node;
    }

    private JsonNode asked(String key) {
        check(keys.contains(key), "%s%s is not among the keys of its section", prefix, key);
        read.add(key);
        JsonNode node = given.get(key);
        if (node != null && node.isNull()) {
            throw problem(key, "has no value; give one or leave the key out");
        }
        return node;
    }

    private void refuseUnknown(String key) {
        if (!keys.contains(key)) {
            String hint = Nearest.of(key, keys)
                    .map(near -> "did you mean " + prefix + near + "?")
                    .orElse("known: " + String.join(", ", keys));
            throw new ConfigProblem(source + ": unknown key " + prefix + key + "; " + hint);
        }
    }

    private ConfigProblem wrong(String key, String expected, JsonNode got) {
        return problem(key, "must be " + expected + ", got " + shown(got));
    }

    private ConfigProblem problem(String key, String what) {
        return new ConfigProblem(source + ": " + prefix + key + " " + what);
    }

    /** A value as it stands in the file, cut to a length that fits a message. */
    static String shown(JsonNode node) {
        String text = node.isMissingNode() || node.isNull() ? "nothing" : node.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    /** A problem whose message names the file already. */
    static final class ConfigProblem extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        ConfigProblem(String message) {
            super(message);
        }
    }
}
