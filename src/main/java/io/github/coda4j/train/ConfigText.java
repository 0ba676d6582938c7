package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Configs as YAML text: reading, single values set from outside, writing, comparing. */
final class ConfigText {
    private ConfigText() {}

    static ObjectNode read(Path file) {
        return sections(Yaml.read(file), file.toString());
    }

    /** @throws CodaException when the text is not one YAML mapping */
    static ObjectNode parse(String text, String source) {
        return sections(Yaml.parse(text, source), source);
    }

    private static ObjectNode sections(JsonNode node, String source) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw CodaException.of(
                "%s must hold sections of a config such as \"schedule:\", got %s", source, Json.shown(node));
    }

    /**
     * Sets one value.
     *
     * @param override {@code SECTION.KEY=VALUE} with the value as in the file; without a value the key is taken out
     */
    static void set(ObjectNode config, String override) {
        int equals = override.indexOf('=');
        check(
                equals > 0,
                "an override must look like schedule.steps=200, got '%s'; write the key, =, and the value",
                override);
        String[] names = override.substring(0, equals).strip().split("\\.", -1);
        ObjectNode section = config;
        for (int i = 0; i < names.length - 1; i++) {
            JsonNode inner = section.get(names[i]);
            check(
                    inner == null || inner.isObject(),
                    "override %s: %s is a value, not a section with keys",
                    override,
                    names[i]);
            section = inner == null ? section.putObject(names[i]) : (ObjectNode) inner;
        }
        String value = override.substring(equals + 1).strip();
        if (value.isEmpty()) {
            section.remove(names[names.length - 1]);
        } else {
            section.set(names[names.length - 1], value(value, override));
        }
    }

    private static JsonNode value(String text, String override) {
        try {
            return Yaml.parse(text, "the value of override " + override);
        } catch (CodaException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    static String write(ObjectNode config) {
        return Yaml.write(config);
    }

    /**
     * What differs between two configs, one line each: {@code schedule.steps: 100 before, 200 now}.
     *
     * @param except sections and keys of the first level that do not matter
     */
    static List<String> differences(String before, String now, List<String> except) {
        Map<String, String> old = flat(parse(before, "the saved config"), except);
        Map<String, String> current = flat(parse(now, "the config"), except);
        TreeSet<String> keys = new TreeSet<>(old.keySet());
        keys.addAll(current.keySet());
        List<String> lines = new ArrayList<>();
        for (String key : keys) {
            String was = old.getOrDefault(key, "not set");
            String is = current.getOrDefault(key, "not set");
            if (!was.equals(is)) {
                lines.add(key + ": " + was + " before, " + is + " now");
            }
        }
        return lines;
    }

    private static Map<String, String> flat(ObjectNode config, List<String> except) {
        Map<String, String> values = new LinkedHashMap<>();
        flatten("", config.deepCopy().remove(except), values);
        return values;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> values) {
        node.properties().forEach(entry -> {
            if (entry.getValue().isObject()) {
                flatten(prefix + entry.getKey() + ".", entry.getValue(), values);
            } else {
                values.put(prefix + entry.getKey(), Json.compact(entry.getValue()));
            }
        });
    }

    static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }
}
