package io.github.coda4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanCommandTest {
    private static JsonNode planned(String flags) {
        Cli cli = new Cli();
        int code = cli.run(("plan --json " + flags).strip().split(" "));
        assertThat(code).as(cli.err()).isZero();
        return Json.parse(cli.out(), "the plan");
    }

    private static long part(JsonNode parts, String name) {
        for (JsonNode part : parts) {
            if (part.get("name").asText().equals(name)) {
                return part.get("bytes").asLong();
            }
        }
        throw new AssertionError(name + " is not in " + parts);
    }

    @Test
    void without_options_it_is_the_report_s_run_on_a_v4() {
        Cli cli = new Cli();
        assertThat(cli.run("plan")).as(cli.err()).isZero();
        assertThat(cli.out())
                .startsWith("coda-1.7b, 28 layers, 2.0 billion parameters; bf16; 1 rows x 8192 tokens at a time on each"
                        + " of 512 chips v4\n")
                .containsPattern("Fits: \\d+ % of 34.4 GB; at most \\d+ rows at a time fit");
    }

    @Test
    void json_adds_up_and_the_most_rows_fit() {
        JsonNode plan = planned("");
        long kept = 0;
        for (JsonNode part : plan.get("kept")) {
            kept += part.get("bytes").asLong();
        }
        long largest = 0;
        for (JsonNode phase : plan.get("phases")) {
            largest = Math.max(largest, phase.get("bytes").asLong());
        }
        assertThat(plan.get("bytes").asLong()).isEqualTo(kept + largest);
        assertThat(plan.get("memory").asLong()).isEqualTo(32L << 30);
        int most = plan.get("most_rows").asInt();
        assertThat(planned("--rows " + most).get("fits").asBoolean()).isTrue();
        assertThat(planned("--rows " + (most + 1)).get("fits").asBoolean()).isFalse();
    }

    @Test
    void a_block_causal_model_s_rows_are_planned_twice_and_on_the_cpu_alone() {
        JsonNode whole = planned("--device cpu --preset coda-1.7b --layers 1 --rows 2 --length 64");
        JsonNode blocks = planned("--device cpu --preset sdar-1.7b --layers 1 --rows 1 --length 64");
        long pass = whole.get("phases").get(0).get("parts").get(0).get("bytes").asLong();
        assertThat(blocks.get("phases").get(0).get("parts").get(0).get("bytes").asLong())
                .isBetween(pass - (pass >> 6), pass + (pass >> 6));
        Cli cli = new Cli();
        for (String device : new String[] {"gpu", "v5e"}) {
            assertThat(cli.run("plan", "--device", device, "--preset", "sdar-1.7b"))
                    .isEqualTo(2);
            assertThat(cli.err()).contains("is not known for a model with block-causal attention");
        }
    }

    @Test
    void a_card_without_room_for_one_row_is_said_so() {
        Cli cli = new Cli();
        assertThat(cli.run("plan", "--device", "gpu", "--memory", "8")).isZero();
        assertThat(cli.out()).contains("Does not fit").contains("not even one row fits");
        assertThat(planned("--device gpu --memory 8").get("most_rows").asInt()).isZero();
    }

    @Test
    void the_config_says_what_no_flag_says() {
        JsonNode plan = planned("--config recipes/small/pretrain.yaml --length 128");
        assertThat(plan.get("device").asText()).isEqualTo("cpu");
        assertThat(plan.get("rows").asInt()).isEqualTo(16);
        assertThat(plan.get("length").asInt()).isEqualTo(128);
        assertThat(part(plan.get("kept"), "optimizer"))
                .isEqualTo(2 * part(plan.get("kept"), "parameters")); // adamw remembers two numbers
        JsonNode full = planned("--config recipes/coda-1.7b/pretrain.yaml --preset coda-1.7b --layers 2");
        assertThat(full.get("device").asText()).isEqualTo("gpu");
        assertThat(full.get("layers").asInt()).isEqualTo(2);
        assertThat(full.has("fits")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--device v7 ~ unknown device \"v7\" in --device; known: v4, v5e, v5p, v6e, gpu, cpu",
                "--threads 2 ~ --threads has no effect here: only the cpu has threads",
                "--recompute ~ --recompute has no effect here",
                "--device cpu --queries 8 ~ --queries has no effect here",
                "--device gpu --positions 8 ~ --positions has no effect here",
                "--memory 0 ~ --memory must be above 0, got 0.0",
                "--optimizer sgd ~ unknown optimizer \"sgd\" in --optimizer; known: adamw, adafactor",
                "--precision int8 ~ int8 cannot be trained",
                "--layers 0 ~ num_hidden_layers must be positive, got 0",
                "--chips 0 ~ devices must be at least 1, got 0",
                "--preset coda-tiny --length 1024 ~ length must be in [2, 512]",
                "--preset coda-tiny --model coda-mini ~ --model and --preset exclude each other",
            })
    void what_cannot_be_planned_is_refused(String flags, String message) {
        Cli cli = new Cli();
        assertThat(cli.run(("plan " + flags).split(" "))).isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }
}
