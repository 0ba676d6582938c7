package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import io.github.coda4j.testkit.SharedData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConfigFileTest {
    private final ConfigFile config = ConfigFile.parse("""
            {"int": 7, "long": 5000000000, "double": 1e-06, "whole": 64.0, "yes": true, "text": "t", "null": null,
             "ints": [1, 2], "mixed": [1, 2.5], "texts": ["a"], "rope": {"theta": 10000, "inner": {"x": "no"}}}
            """, "config.json");

    @Test
    void gives_values_of_the_kind_asked_for() {
        assertThat(config.requireInt("int")).isEqualTo(7);
        assertThat(config.requireLong("long")).isEqualTo(5_000_000_000L);
        assertThat(config.requireDouble("double")).isEqualTo(1e-6);
        assertThat(config.requireDouble("int")).isEqualTo(7.0);
        assertThat(config.requireBoolean("yes")).isTrue();
        assertThat(config.requireString("text")).isEqualTo("t");
        assertThat(config.requireInts("ints")).containsExactly(1, 2);
        assertThat(config.requireDoubles("mixed")).containsExactly(1.0, 2.5);
        assertThat(config.requireStrings("texts")).containsExactly("a");
        assertThat(config.requireObject("rope").requireInt("theta")).isEqualTo(10_000);
        assertThat(config.keys()).startsWith("int", "long").contains("null");
    }

    @Test
    void absent_and_null_are_empty_for_optional_values() {
        for (String key : List.of("none", "null")) {
            assertThat(config.has(key)).isFalse();
            assertThat(config.optionalInt(key)).isEmpty();
            assertThat(config.optionalDouble(key)).isEmpty();
            assertThat(config.optionalBoolean(key)).isEmpty();
            assertThat(config.optionalString(key)).isEmpty();
            assertThat(config.optionalObject(key)).isEmpty();
            assertThat(config.optionalInts(key)).isEmpty();
        }
    }

    @Test
    void missing_values_are_refused_with_file_key_and_kind() {
        assertRefused(() -> config.requireInt("none"), "config.json: \"none\" is missing, expected an integer");
        assertRefused(() -> config.requireString("null"), "config.json: \"null\" is missing, expected a string");
        assertRefused(
                () -> config.requireObject("rope").requireObject("inner").requireBoolean("y"),
                "config.json: \"rope.inner.y\" is missing, expected true or false");
    }

    @Test
    void values_of_another_kind_are_refused_with_value_and_kind() {
        assertRefused(
                () -> config.optionalInt("text"), "config.json: \"text\" must be an integer of 32 bits, got \"t\"");
        assertRefused(() -> config.requireInt("long"), "must be an integer of 32 bits, got 5000000000");
        assertRefused(() -> config.requireInt("whole"), "got 64.0");
        assertRefused(() -> config.requireDouble("yes"), "must be a finite number, got true");
        assertRefused(() -> config.optionalBoolean("int"), "must be true or false, got 7");
        assertRefused(() -> config.requireInts("mixed"), "must be a list of integers, got [1,2.5]");
        assertRefused(() -> config.requireStrings("text"), "must be a list of strings, got \"t\"");
        assertRefused(
                () -> config.requireObject("rope").requireObject("inner").requireDouble("x"),
                "\"rope.inner.x\" must be a finite number, got \"no\"");
        assertRefused(() -> config.requireObject("int"), "must be an object, got 7");
        assertRefused(() -> ConfigFile.parse("{\"x\":1e999}", "c").requireDouble("x"), "\"x\" must be a finite number");
        assertThat(config.invalid("int", "a multiple of 8"))
                .hasMessage("config.json: \"int\" must be a multiple of 8, got 7");
    }

    @Test
    void text_that_is_no_json_object_is_refused() {
        assertRefused(() -> ConfigFile.parse("", "c"), "c must hold a JSON object, got nothing");
        assertRefused(() -> ConfigFile.parse("{\"a\":1,\"a\":2}", "c"), "the key \"a\" stands there twice (line 1,");
        assertRefused(() -> ConfigFile.parse("{\"a\":" + "[".repeat(5000), "c"), "c is not valid JSON");
    }

    @Test
    void numbers_that_python_writes_and_json_lacks_are_named_where_they_count() {
        ConfigFile odd = ConfigFile.parse("{\"a\":NaN,\"b\":-Infinity,\"c\":[1,Infinity],\"d\":2}", "c.json");
        assertThat(odd.requireInt("d")).isEqualTo(2);
        assertRefused(() -> odd.requireDouble("a"), "c.json: \"a\" must be a finite number, got NaN");
        assertRefused(() -> odd.optionalDouble("b"), "c.json: \"b\" must be a finite number, got -Infinity");
        assertRefused(() -> odd.optionalInt("a"), "c.json: \"a\" must be an integer of 32 bits, got NaN");
        assertRefused(() -> odd.requireDoubles("c"), "c.json: \"c\" must be a list of finite numbers, got [1,");
    }

    @Test
    void lists_of_objects_say_which_one_is_wrong() {
        ConfigFile lists = ConfigFile.parse("{\"a\":[{\"b\":1},{\"b\":\"x\"}],\"c\":[[1,2],[3]],\"d\":[4]}", "c");
        assertThat(lists.requireObjects("a").getFirst().requireInt("b")).isEqualTo(1);
        assertRefused(
                () -> lists.requireObjects("a").get(1).requireInt("b"), "c: \"a[1].b\" must be an integer of 32 bits");
        assertRefused(() -> lists.requireObjects("d"), "c: \"d\" must be a list of objects, got [4]");
        assertThat(lists.requireIntStages("c")).containsExactly(List.of(1, 2), List.of(3));
        assertThat(lists.requireIntStages("d")).containsExactly(List.of(4));
        assertRefused(() -> lists.requireIntStages("a"), "c: \"a\" must be a list of integers or a list of such lists");
    }

    @Test
    void unknown_keys_can_be_refused() {
        config.requireObject("rope").refuseKeysOtherThan(Set.of("theta", "inner"));
        assertRefused(
                () -> config.requireObject("rope").refuseKeysOtherThan(Set.of("theta")),
                "config.json: unknown key \"rope.inner\"; known: theta");
        assertRefused(
                () -> config.requireObject("rope").refuseKeysOtherThan(List.of("thetas", "inner")),
                "config.json: unknown key \"rope.theta\"; did you mean \"rope.thetas\"?");
    }

    @Test
    void changed_copies_leave_the_original_alone_and_read_back_the_same() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("a", 1);
        values.put("b", Arrays.asList(1.5, null, "x"));
        values.put("c", Map.of("d", true));
        ConfigFile made = ConfigFile.of(values, "made");
        ConfigFile changed = made.with("a", 2L).without("b");
        assertThat(made.requireInt("a")).isEqualTo(1);
        ConfigFile read = ConfigFile.parse(changed.json(), "read");
        assertThat(read.requireInt("a")).isEqualTo(2);
        assertThat(read.has("b")).isFalse();
        assertThat(read.requireObject("c").requireBoolean("d")).isTrue();
        assertThat(changed.json()).isEqualTo("{\n  \"a\": 2,\n  \"c\": {\n    \"d\": true\n  }\n}\n");
    }

    @Test
    void the_config_of_coda_is_readable() {
        ConfigFile coda = ConfigFile.read(SharedData.codaConfig().resolve("config.json"));
        assertThat(coda.requireDouble("rms_norm_eps")).isEqualTo(1e-6);
        assertThat(coda.optionalObject("rope_scaling")).isEmpty();
        assertThat(coda.requireDoubles("sampling_eps")).hasSize(5);
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
