package io.github.coda4j.generate.request;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.BlockLength;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.files.ConfigFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/** A kind of value: how it is read from the text of a variable and from JSON. */
public final class ValueKind<T> {
    static final ValueKind<Integer> INTEGER = new ValueKind<>(
            "an integer",
            Integer::valueOf,
            (json, key) -> json.optionalInt(key).stream().boxed().findFirst());
    static final ValueKind<Long> LONG = new ValueKind<>(
            "an integer",
            Long::valueOf,
            (json, key) -> json.optionalLong(key).stream().boxed().findFirst());
    static final ValueKind<Double> NUMBER = new ValueKind<>(
            "a number",
            Double::valueOf,
            (json, key) -> json.optionalDouble(key).stream().boxed().findFirst());
    static final ValueKind<Boolean> TRUTH =
            new ValueKind<>("true or false", ValueKind::truth, ConfigFile::optionalBoolean);
    static final ValueKind<String> TEXT = new ValueKind<>("text", text -> text, ConfigFile::optionalString);
    /**
     * One text or a list of them. As a variable a list is that of JSON, where line ends can be written too; what does
     * not begin like one is a text.
     */
    static final ValueKind<List<String>> TEXTS =
            new ValueKind<>("a text or a JSON list of texts", ValueKind::texts, ValueKind::texts);

    private static final Pattern BEGINS_A_LIST = Pattern.compile("\\s*\\[\\s*\"");

    /** A number, or the name of a rule. */
    static final ValueKind<Growth> GROWTH =
            new ValueKind<>("a number of tokens, rho-eos or none", Growth::of, ValueKind::growth);

    /** A number, or the word for one that is chosen. */
    static final ValueKind<BlockLength> BLOCKS = new ValueKind<>(BlockLength.KNOWN, BlockLength::of, ValueKind::blocks);

    /** Numbers by name: an object in JSON, {@code a=1,b=0.5} in text. */
    static final ValueKind<Map<String, Double>> NUMBERS =
            new ValueKind<>("NAME=NUMBER,...", ValueKind::numbers, ValueKind::numbers);

    private final String what;
    private final Function<String, T> parse;
    private final BiFunction<ConfigFile, String, Optional<T>> read;

    private ValueKind(String what, Function<String, T> parse, BiFunction<ConfigFile, String, Optional<T>> read) {
        this.what = what;
        this.parse = parse;
        this.read = read;
    }

    /** What it is, for messages: {@code an integer}. */
    String what() {
        return what;
    }

    /** @throws IllegalArgumentException when the text is of another kind */
    T parse(String text) {
        return parse.apply(text);
    }

    /**
     * The value of a key, if it has one.
     *
     * @throws io.github.coda4j.CodaException when it is of another kind
     */
    Optional<T> read(ConfigFile json, String key) {
        return read.apply(json, key);
    }

    private static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Map<String, Double> numbers(String text) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String pair : text.split(",")) {
            String[] parts = pair.split("=", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException(pair);
            }
            numbers.put(parts[0].strip(), Double.valueOf(parts[1].strip()));
        }
        return numbers;
    }

    private static Optional<Map<String, Double>> numbers(ConfigFile json, String key) {
        return json.optionalObject(key).map(object -> {
            Map<String, Double> numbers = new LinkedHashMap<>();
            object.keys().forEach(name -> numbers.put(name, object.requireDouble(name)));
            return numbers;
        });
    }

    private static Optional<Growth> growth(ConfigFile json, String key) {
        return numberOrName(json, key, Growth::of, "a number of tokens from 1 on, rho-eos or none");
    }

    private static Optional<BlockLength> blocks(ConfigFile json, String key) {
        return numberOrName(json, key, BlockLength::of, BlockLength.KNOWN);
    }

    private static <T> Optional<T> numberOrName(ConfigFile json, String key, Function<String, T> of, String known) {
        Optional<String> text = json.isString(key)
                ? json.optionalString(key)
                : json.optionalInt(key).stream().mapToObj(Integer::toString).findFirst();
        try {
            return text.map(of);
        } catch (IllegalArgumentException e) {
            throw json.problem(key, "must be " + known + ", got " + text.orElseThrow());
        }
    }

    private static List<String> texts(String text) {
        if (!BEGINS_A_LIST.matcher(text).lookingAt()) {
            return List.of(text);
        }
        try {
            ConfigFile list = ConfigFile.parse("{\"texts\": " + text + "}", "the variable");
            list.refuseKeysOtherThan(Set.of("texts"));
            return list.requireStrings("texts");
        } catch (CodaException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static Optional<List<String>> texts(ConfigFile json, String key) {
        return json.isString(key) ? json.optionalString(key).map(List::of) : json.optionalStrings(key);
    }
}
