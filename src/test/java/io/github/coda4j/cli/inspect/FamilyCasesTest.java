package io.github.coda4j.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.weights.SafetensorsFile;
import io.github.coda4j.weights.TensorEntry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every family decodes as its authors' programs do, forward by forward, from the command line. */
@Tag("slow")
class FamilyCasesTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli().real();

    @ParameterizedTest
    @CsvSource({
        "a2d-qwen3-mdlm, plain",
        "a2d-qwen3-mdlm, fast",
        "a2d-qwen2-mdlm, fast",
        "dream, fast",
        "open-dcoder, fast",
        "llada, plain",
        "llada, fast",
        "a2d-qwen3-bd3lm, plain",
        "a2d-qwen3-bd3lm, fast",
        "sdar, fast",
        "fast-dllm-v2, plain",
        "fast-dllm-v2, fast",
        "stable-diffcoder, fast",
    })
    void traces_equal_those_of_the_family_s_own_program(String family, String engine) {
        Path cases = Goldens.path("families/" + family + "/decode.json");
        Path out = folder.resolve("traces.json");
        assertThat(cli.run(
                        "inspect",
                        "trace",
                        "--model",
                        cases.getParent().toString(),
                        "--cases",
                        cases.toString(),
                        "--engine",
                        engine,
                        "--out",
                        out.toString()))
                .as(cli.err())
                .isZero();
        JsonNode found = Json.read(out);
        List<JsonNode> expected = Goldens.cases("families/" + family + "/decode.json");
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            String id = expected.get(i).get("id").textValue();
            assertThat(found.get(i).get("id").textValue()).isEqualTo(id);
            assertThat(found.get(i).get("history"))
                    .as(id)
                    .isEqualTo(expected.get(i).get("history"));
            assertThat(found.get(i).get("final"))
                    .as(id)
                    .isEqualTo(expected.get(i).get("final"));
            assertThat(found.get(i).get("total_forwards").intValue())
                    .as(id)
                    .isLessThanOrEqualTo(expected.get(i).get("total_forwards").intValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dream", "sdar"})
    void logits_of_cases_stand_under_the_names_of_the_fixtures(String family) {
        Path cases = Goldens.path("families/" + family + "/cases.json");
        Path out = folder.resolve("logits.safetensors");
        assertThat(cli.run(
                        "inspect",
                        "logits",
                        "--model",
                        cases.getParent().toString(),
                        "--cases",
                        cases.toString(),
                        "--engine",
                        "fast",
                        "--out",
                        out.toString()))
                .as(cli.err())
                .isZero();
        try (SafetensorsFile found = SafetensorsFile.open(out);
                SafetensorsFile expected = SafetensorsFile.open(cases.resolveSibling("cases.safetensors"))) {
            List<TensorEntry> wanted = expected.entries().values().stream()
                    .filter(entry -> entry.name().endsWith(".logits"))
                    .toList();
            assertThat(found.entries().keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            wanted.stream().map(TensorEntry::name).toList());
            assertThat(wanted)
                    .allSatisfy(entry ->
                            assertThat(found.entry(entry.name()).shape()).isEqualTo(entry.shape()));
        }
    }

    @Test
    void options_that_the_cases_say_are_refused_beside_them() {
        Path cases = Goldens.path("families/llada/decode.json");
        assertThat(cli.run(
                        "inspect",
                        "trace",
                        "--model",
                        cases.getParent().toString(),
                        "--cases",
                        cases.toString(),
                        "--steps",
                        "4",
                        "--out",
                        folder.resolve("t.json").toString()))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--steps has no effect with --cases");
    }
}
