package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.files.Json;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One section of a config while it is read: hands out each value, remembers what was asked for, and writes down what is
 * in force. Everything wrong is an {@link IllegalArgumentException} that names file and key; types are checked by
 * {@link ConfigFile}.
 */
final class ConfigSection implements ConfigValues {
    private static final String NAME = "name";

    private final ConfigFile given;
    private final String path;
    private final ObjectNode effective;
    private final List<String> keys;
    private final Set<String> read = new HashSet<>();

    private ConfigSection(ConfigFile given, String path, ObjectNode effective, List<String> keys) {
        this.given = given;
        this.path = path;
        this.effective = effective;
        this.keys = keys;
        usage(() -> {
            given.refuseKeysOtherThan(keys);
            return true;
        });
    }

    /** The whole of a config, of which nothing but the given keys may be there. */
    static ConfigSection root(String source, ObjectNode given, String... keys) {
        return new ConfigSection(ConfigFile.of(given, source), "", ConfigText.empty(), List.of(keys));
    }

    /** A section; an empty one when it is not there. */
    ConfigSection section(String key, String... keysOfIt) {
        if (is(key) && !given.isObject(key)) {
            throw problem(given.invalid(key, "a section with keys " + String.join(", ", keysOfIt)));
        }
        return new ConfigSection(
                given.section(key),
                (path.isEmpty() ? "" : path + ".") + key,
                effective.putObject(key),
                List.of(keysOfIt));
    }

    /**
     * A list of sections that have a name, or of names alone; an empty one when it is not there, which is not written
     * down.
     *
     * @param keysOfEach what a section may have beside its name
     */
    List<ConfigSection> named(String key, List<String> keysOfEach) {
        if (!is(key)) {
            return List.of();
        }
        List<String> all = new ArrayList<>(keysOfEach);
        all.addFirst(NAME);
        List<ConfigSection> sections = new ArrayList<>();
        ArrayNode written = effective.putArray(key);
        for (ConfigFile one : usage(() -> given.requireNamed(key, NAME))) {
            String where = (path.isEmpty() ? "" : path + ".") + key + "[" + sections.size() + "]";
            sections.add(new ConfigSection(one, where, written.addObject(), all));
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
            throw new ConfigProblem(given.source() + ": " + (path.isEmpty() ? "" : path + ": ") + e.getMessage());
        }
        for (String key : given.keys()) {
            if (!read.contains(key)) {
                throw problem(key, "has no effect with the rest of this config; leave it out");
            }
        }
        return built;
    }

    /** Whether the value is this word, which then is in force; another value is left to be read as what it is. */
    boolean isWord(String key, String word, boolean whenMissing) {
        boolean is = is(key) ? given.isWord(key, word) : whenMissing;
        if (is) {
            effective.put(key, word);
        }
        return is;
    }

    @Override
    public boolean has(String key) {
        return given.keys().contains(key);
    }

    @Override
    public long integer(String key, String meaning) {
        require(key, meaning);
        return integerOr(key, 0);
    }

    @Override
    public long integerOr(String key, long otherwise) {
        return inForce(key, otherwise, file -> file.requireLong(key));
    }

    @Override
    public int count(String key, String meaning) {
        require(key, meaning);
        return countOr(key, 0);
    }

    @Override
    public int countOr(String key, int otherwise) {
        return inForce(key, otherwise, file -> file.requireInt(key));
    }

    @Override
    public double number(String key, String meaning) {
        require(key, meaning);
        return numberOr(key, 0);
    }

    @Override
    public double numberOr(String key, double otherwise) {
        return inForce(key, otherwise, file -> file.requireDouble(key));
    }

    @Override
    public boolean flagOr(String key, boolean otherwise) {
        return inForce(key, otherwise, file -> file.requireBoolean(key));
    }

    @Override
    public String choice(String key, String meaning, List<String> names) {
        require(key, meaning);
        return choiceOr(key, names.getFirst(), names);
    }

    @Override
    public String choiceOr(String key, String otherwise, List<String> names) {
        String name = textOr(key, otherwise);
        if (!names.contains(name)) {
            throw problem(
                    key, "must be one of " + String.join(", ", names) + ", got " + name + Nearest.hint(name, names));
        }
        return name;
    }

    /** One of the names; the default is not written down, given or not. */
    String choiceUnlessDefault(String key, String otherwise, List<String> names) {
        String name = choiceOr(key, otherwise, names);
        if (name.equals(otherwise)) {
            effective.remove(key);
        }
        return name;
    }

    @Override
    public String textOr(String key, String otherwise) {
        return inForce(key, otherwise, file -> {
            String text = file.requireString(key);
            if (text.isBlank()) {
                throw file.invalid(key, "a string that says something");
            }
            return text;
        });
    }

    @Override
    public Path path(String key, String meaning) {
        require(key, meaning);
        return pathOr(key, Path.of(""));
    }

    @Override
    public Path pathOr(String key, Path otherwise) {
        String text = textOr(key, otherwise.toString());
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw problem(key, "must be a path, got " + Json.quoted(text));
        }
    }

    @Override
    public List<Double> numbersOr(String key, double otherwise) {
        if (!is(key) || !given.isList(key)) {
            return List.of(numberOr(key, otherwise));
        }
        List<Double> values = usage(() -> given.requireDoubles(key));
        if (values.isEmpty()) {
            throw problem(key, "must be a number or a list of numbers, got []");
        }
        effective.set(key, Json.of(values));
        return values;
    }

    @Override
    public List<Integer> countsOr(String key, int otherwise) {
        if (!is(key) || !given.isList(key)) {
            return List.of(countOr(key, otherwise));
        }
        List<Integer> values = usage(() -> given.requireInts(key));
        if (values.isEmpty()) {
            throw problem(key, "must be an integer or a list of integers, got []");
        }
        effective.set(key, Json.of(values));
        return values;
    }

    @Override
    public List<List<Integer>> integerStages(String key) {
        List<List<Integer>> stages = is(key) ? usage(() -> given.requireIntStages(key)) : List.of(List.of());
        effective.set(key, given.isStaged(key) ? Json.of(stages) : Json.of(stages.getFirst()));
        return stages;
    }

    private <T> T inForce(String key, T otherwise, Function<ConfigFile, T> reading) {
        T value = is(key) ? usage(() -> reading.apply(given)) : otherwise;
        effective.set(key, Json.of(value));
        return value;
    }

    private void require(String key, String meaning) {
        if (!is(key)) {
            throw problem(key, "is missing: " + meaning);
        }
    }

    /** Whether the key is there, which counts as asked for. */
    private boolean is(String key) {
        check(keys.contains(key), "%s.%s is not among the keys of its section", path, key);
        read.add(key);
        if (has(key) && !given.has(key)) {
            throw problem(key, "has no value; give one or leave the key out");
        }
        return has(key);
    }

    private ConfigProblem problem(String key, String what) {
        return problem(given.problem(key, what));
    }

    private static ConfigProblem problem(CodaException e) {
        return new ConfigProblem(e.getMessage());
    }

    /** A config is an argument: what is wrong in it is a wrong argument. */
    private static <T> T usage(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (CodaException e) {
            throw problem(e);
        }
    }

    /** A problem whose message names the file already. */
    static final class ConfigProblem extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        ConfigProblem(String message) {
            super(message);
        }
    }
}
