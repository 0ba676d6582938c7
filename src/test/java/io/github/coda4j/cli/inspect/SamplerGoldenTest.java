package io.github.coda4j.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.Goldens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules choose what the golden cases say: formulas and published programs, checked against each other. */
@Tag("slow")
class SamplerGoldenTest {
    /** Of each rule, as many cases as there are. */
    private static final Map<String, Integer> CASES = new TreeMap<>(Map.ofEntries(
            Map.entry("threshold", 30),
            Map.entry("factor", 36),
            Map.entry("frechet", 38),
            Map.entry("eb", 100),
            Map.entry("entropy_threshold", 30),
            Map.entry("hierarchy", 30),
            Map.entry("localleap", 30),
            Map.entry("certainty_density", 30),
            Map.entry("prophet", 30),
            Map.entry("less_light", 30),
            Map.entry("klass", 30),
            Map.entry("credit", 30),
            Map.entry("saber", 30),
            Map.entry("p2", 30),
            Map.entry("cal", 36)));

    /** What a case is given; the rest is what is expected. */
    private static final Set<String> GIVEN = Set.of("id", "rule", "kind", "params", "forwards", "phi", "bias");

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    static Set<String> rules() {
        return CASES.keySet();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void every_case_is_chosen_as_expected(String rule) {
        List<JsonNode> expected = Goldens.cases("samplers/cases.json").stream()
                .filter(one -> one.get("rule").textValue().equals(rule))
                .toList();
        Path file = folder.resolve("cases.json");
        AtomicFiles.writeText(
                file, Json.compact(JsonNodeFactory.instance.objectNode().set("cases", array(expected))));

        JsonNode actual = run(file).get("cases");

        assertThat(expected).hasSize(CASES.get(rule));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertCase(expected.get(i), actual.get(i));
        }
    }

    @Test
    void rules_that_are_none_here_are_skipped_and_said_to_be() {
        List<JsonNode> all = Goldens.cases("samplers/cases.json");
        JsonNode actual = run(Goldens.path("samplers/cases.json")).get("cases");
        assertThat(actual).hasSameSizeAs(all);
        Set<String> skipped = new TreeSet<>();
        for (int i = 0; i < all.size(); i++) {
            String rule = all.get(i).get("rule").textValue();
            assertThat(actual.get(i).has("skipped")).as(rule).isNotEqualTo(CASES.containsKey(rule));
            if (!CASES.containsKey(rule)) {
                skipped.add(rule);
            }
        }
        assertThat(cli.err()).contains("skipped what is no rule here: " + String.join(", ", skipped));
    }

    private JsonNode run(Path cases) {
        Path out = folder.resolve("out.json");
        assertThat(cli.run("inspect", "sampler", "--cases", cases.toString(), "--out", out.toString()))
                .isZero();
        return Json.read(out);
    }

    private static ArrayNode array(List<JsonNode> nodes) {
        return JsonNodeFactory.instance.arrayNode().addAll(nodes);
    }

    @Test
    void what_is_no_case_is_refused_with_its_name() throws Exception {
        assertThat(refusal("{\"cases\": 3}")).contains("must hold \"cases\": a list");
        assertThat(refusal(one("\"params\": {\"factor\": 0}, \"forwards\": [{\"positions\": [1], \"p\": [0.5]}]")))
                .contains("mine: factor must be positive, got 0.0");
        assertThat(refusal(one("\"params\": {}, \"forwards\": [{\"positions\": [1], \"p\": [0.5]}]")))
                .contains("mine: the case must hold \"factor\": a number");
        assertThat(refusal(one("\"params\": {\"factor\": 1}, \"forwards\": [{\"positions\": [1, 2], \"p\": [0.5]}]")))
                .contains("mine: a forward must hold \"p\": as long as positions");
        assertThat(refusal(one("\"params\": {\"factor\": 1}, \"forwards\": []")))
                .contains("mine: the case must hold \"forwards\": a list");
    }

    private static String one(String rest) {
        return "{\"cases\": [{\"id\": \"mine\", \"rule\": \"factor\", " + rest + "}]}";
    }

    private String refusal(String cases) throws Exception {
        Path file = folder.resolve("cases.json");
        AtomicFiles.writeText(file, cases);
        Cli one = new Cli();
        Path out = folder.resolve("refused.json");
        assertThat(one.run("inspect", "sampler", "--cases", file.toString(), "--out", out.toString()))
                .isEqualTo(1);
        assertThat(Files.exists(out)).isFalse();
        return one.err();
    }

    private static void assertCase(JsonNode expected, JsonNode actual) {
        String id = expected.get("id").textValue();
        assertThat(actual.get("id").textValue()).isEqualTo(id);
        expected.properties().forEach(field -> {
            if (!GIVEN.contains(field.getKey())) {
                assertSame(id + " " + field.getKey(), field.getValue(), actual.path(field.getKey()));
            }
        });
    }

    private static void assertSame(String what, JsonNode expected, JsonNode actual) {
        if (expected.isArray()) {
            assertThat(actual.isArray()).as(what + " " + actual).isTrue();
            assertThat(actual.size()).as(what + " " + expected + " " + actual).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertSame(what, expected.get(i), actual.get(i));
            }
        } else if (expected.isNumber()) {
            assertThat(actual.doubleValue())
                    .as(what + " " + expected + " " + actual)
                    .isCloseTo(expected.doubleValue(), within(expected.isIntegralNumber() ? 0 : 1e-9));
        } else {
            assertThat(actual).as(what).isEqualTo(expected);
        }
    }
}
