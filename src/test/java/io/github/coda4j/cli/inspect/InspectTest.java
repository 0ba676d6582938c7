package io.github.coda4j.cli.inspect;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.ConfigFile;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.SharedData;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that others compare us with. */
@Tag("slow")
class InspectTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate/diffusion.json",
                "generate/diffusion_filtered.json",
                "generate/diffusion_special.json",
                "generate/confidence_threshold.json",
            })
    void traces_have_the_original_s_history(String golden) throws IOException {
        List<JsonNode> cases = Goldens.cases(golden);
        int compared = 0;
        for (int i = 0; i < cases.size(); i += 13) {
            JsonNode expected = cases.get(i);
            if (expected.get("prompt").get(0).isArray()
                    && expected.get("prompt").size() > 1) {
                continue;
            }
            JsonNode trace = trace(expected, decodeFlags(expected));
            assertThat(rows(trace.get("history")))
                    .as(expected.get("id").textValue())
                    .isEqualTo(rows(expected.get("history")));
            assertThat(trace.get("final")).isEqualTo(row(expected.get("final")));
            assertThat(trace.get("prompt")).isEqualTo(row(expected.get("prompt")));
            assertCommitsMakeTheHistory(trace);
            compared++;
        }
        assertThat(compared).isGreaterThan(2);
    }

    @Test
    void traces_of_cached_blocks_have_the_original_s_forwards() throws IOException {
        List<JsonNode> cases = Goldens.cases("block/cases.json");
        for (int i = 0; i < cases.size(); i += 17) {
            JsonNode expected = cases.get(i);
            List<String> flags = decodeFlags(expected);
            flags.addAll(List.of("--block-length", expected.get("block_length").asText(), "--block-start", "commit"));
            flags.addAll(List.of("--cache", expected.get("dual_cache").booleanValue() ? "dual" : "prefix"));
            JsonNode trace = trace(expected, flags);
            assertThat(trace.get("final")).as(expected.get("id").textValue()).isEqualTo(expected.get("final"));
            assertThat(trace.get("forwards")).isEqualTo(expected.get("total_forwards"));
            assertThat(trace.get("history"))
                    .hasSize(expected.get("total_forwards").intValue());
            assertThat(trace.get("cache_refreshes").intValue())
                    .isEqualTo(expected.get("forwards_per_block").size());
            assertCommitsMakeTheHistory(trace);
        }
    }

    @Test
    void a_trace_has_the_pads_that_close_a_hole_as_commits_of_their_step() throws IOException {
        JsonNode golden = Goldens.cases("generate/diffusion.json").getFirst();
        JsonNode plain = trace(golden, List.of("--steps", "8"));
        JsonNode first = plain.get("commits").get(0);
        JsonNode closed =
                trace(golden, List.of("--steps", "8", "--hole-pad", first.get(2).asText()));
        assertCommitsMakeTheHistory(closed);
        int step = first.get(0).intValue();
        for (int i = first.get(1).intValue(); i < closed.get("final").size(); i++) {
            int position = i;
            assertThat(closed.get("final").get(i)).isEqualTo(first.get(2));
            assertThat(closed.get("commits"))
                    .anySatisfy(commit -> assertThat(commit.get(0).intValue() == step
                                    && commit.get(1).intValue() == position)
                            .isTrue());
        }
        assertThat(closed.get("forwards").intValue())
                .isLessThanOrEqualTo(plain.get("forwards").intValue());
    }

    @Test
    void the_confidence_in_a_trace_is_what_the_algorithm_ranks_by() throws IOException {
        JsonNode entropy = trace(Goldens.cases("generate/diffusion.json").getFirst(), List.of("--alg", "entropy"));
        assertThat(entropy.get("commits"))
                .isNotEmpty()
                .allSatisfy(commit -> assertThat(commit.get(3).floatValue()).isNegative());
        JsonNode probability =
                trace(Goldens.cases("generate/diffusion.json").getFirst(), List.of("--alg", "maskgit_plus"));
        assertThat(probability.get("commits"))
                .isNotEmpty()
                .allSatisfy(commit -> assertThat(commit.get(3).floatValue()).isBetween(0f, 1f));
    }

    private JsonNode trace(JsonNode expected, List<String> flags) throws IOException {
        Path prompt =
                Files.writeString(folder.resolve("prompt.json"), "{\"prompt\": " + row(expected.get("prompt")) + "}");
        Path out = folder.resolve("trace.json");
        JsonNode newTokens = expected.get("max_new_tokens");
        List<String> arguments = new ArrayList<>(List.of(
                "inspect",
                "trace",
                "--model",
                Goldens.path("model/" + expected.get("model").textValue()).toString(),
                "--ids",
                prompt.toString(),
                "--max-new-tokens",
                newTokens.isNull() ? "20" : newTokens.asText(),
                "--mask-candidates",
                "allow",
                "--out",
                out.toString()));
        arguments.addAll(flags);
        assertThat(cli.run(arguments.toArray(String[]::new))).as(cli.err()).isZero();
        return Json.read(out);
    }

    private static List<String> decodeFlags(JsonNode expected) {
        List<String> flags = new ArrayList<>();
        for (String key : List.of("steps", "alg", "alg_temp", "temperature", "top_p", "top_k", "threshold", "eps")) {
            boolean given = expected.hasNonNull(key)
                    && !(key.equals("eps") && expected.get("alg").textValue().equals("confidence_threshold"))
                    && !(key.equals("threshold")
                            && !expected.get("alg").textValue().equals("confidence_threshold"));
            if (given) {
                flags.addAll(
                        List.of("--" + key.replace('_', '-'), expected.get(key).asText()));
            }
        }
        return flags;
    }

    private static JsonNode row(JsonNode rows) {
        return rows.get(0).isArray() ? rows.get(0) : rows;
    }

    private static List<JsonNode> rows(JsonNode history) {
        List<JsonNode> rows = new ArrayList<>();
        history.forEach(step -> rows.add(row(step)));
        return rows;
    }

    private static void assertCommitsMakeTheHistory(JsonNode trace) {
        int[] ids = {};
        for (JsonNode commit : trace.get("commits")) {
            assertThat(commit).hasSize(4);
            int step = commit.get(0).intValue();
            int position = commit.get(1).intValue();
            JsonNode history = trace.get("history");
            assertThat(history.get(step).get(position)).isEqualTo(commit.get(2));
            if (step > 0) {
                assertThat(history.get(step - 1).get(position)).isNotEqualTo(commit.get(2));
            }
            ids = new int[] {step};
        }
        assertThat(ids).isNotEmpty();
    }

    @Test
    void comparisons_depend_on_flags_only_and_run_plain_in_fp32() throws IOException {
        Path out = folder.resolve("trace.json");
        cli.env("STEPS", "1").env("TEMPERATURE", "5").env("ALG", "origin");
        assertThat(cli.run("inspect", "trace", "-m", MODEL, "--ids", "7,5,5,9", "--out", out.toString()))
                .isZero();
        assertThat(Json.read(out).get("history")).hasSize(2);
        assertThat(cli.loaded().getFirst().engine()).isEqualTo(EngineKind.PLAIN);
        assertThat(cli.loaded().getFirst().format()).isEqualTo(WeightFormat.FP32);
        cli.run("inspect", "trace", "-m", MODEL, "--ids", "5", "--dtype", "int8", "--out", out.toString());
        assertThat(cli.loaded().get(1).engine()).isEqualTo(EngineKind.FAST);
    }

    @ParameterizedTest
    @CsvSource({
        "a-untied, len33, plain",
        "a-untied, len33, fast",
        "b-tied, len7, plain",
        "c-sharded-bf16, len1_mask, fast"
    })
    void logits_equal_the_original_s(String model, String name, String engine) throws IOException {
        Path checkpoint = Goldens.path("model/" + model);
        TensorFile expected = TensorFile.read(checkpoint.resolve("cases.safetensors"));
        float[] logits = expected.floats(name + ".logits");
        int[] ids = expected.ints(name + ".input_ids");
        int length = expected.shape(name + ".input_ids")[1];
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < length; i++) {
            list.append(i == 0 ? "" : ",").append(ids[i]);
        }
        Path out = Files.writeString(folder.resolve("logits.safetensors"), "an older file");
        assertThat(cli.run(
                        "inspect",
                        "logits",
                        "--model",
                        checkpoint.toString(),
                        "--ids",
                        list.toString(),
                        "--engine",
                        engine,
                        "--dtype",
                        "fp32",
                        "--out",
                        out.toString()))
                .as(cli.err())
                .isZero();
        TensorFile written = TensorFile.read(out);
        int vocabulary = expected.shape(name + ".logits")[2];
        assertThat(written.shape("logits")).containsExactly(1, length, vocabulary);
        float[] found = written.floats("logits");
        assertNear("logits", found, Arrays.copyOf(logits, found.length), 1e-4);
        assertThat(names()).containsExactly("logits.safetensors");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "1 ~ 2 ~ --ids 1,320 ~ --ids: id 320 at index 1 is outside the model's vocabulary of [0, 320)",
                "1 ~ 2 ~ --ids -1 ~ --ids: id -1 at index 0",
                "1 ~ 2 ~ --ids 99999999999 ~ --ids: '99999999999' is too large",
                "1 ~ 1 ~ --ids no-such.json ~ there is no file no-such.json",
                "1 ~ 1 ~ --ids 1,,2 ~ --ids takes ids such as 1,2,3 or a JSON file; there is no file 1,,2",
                "1 ~ 2 ~ --ids= ~ --ids is empty",
                "2 ~ 2 ~ --ids 1,2 ~ nothing to decode: no mask among the ids",
                "2 ~ 2 ~ --ids 1 --max-new-tokens -1 ~ --max-new-tokens must be 0 or positive",
                "2 ~ 2 ~ --ids 5,5,5 --steps 2 --block-length 2 ~ 3 new tokens do not divide into blocks of 2",
                "1 ~ 1 ~ --ids 1 --out nowhere/x ~ cannot write nowhere/x: there is no folder",
                "1 ~ 1 ~ --ids 1 --out src ~ src is a folder, expected the name of a file",
                "1 ~ 1 ~ --ids 1 --out /dev/null ~ /dev/null is a pipe or a device",
            })
    void wrong_ids_and_files_cost_one_line(int command, int code, String flags, String message) {
        List<String> arguments = new ArrayList<>(List.of("inspect", command == 1 ? "logits" : "trace", "-m", MODEL));
        arguments.addAll(List.of(flags.split(" ")));
        if (!flags.contains("--out")) {
            arguments.addAll(List.of("--out", folder.resolve("out").toString()));
        }
        assertThat(cli.run(arguments.toArray(String[]::new))).isEqualTo(code);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ids\": []}",
                "[1, 2.5]",
                "[\"1\"]",
                "7",
                "[[1], [2]]",
                "{\"id\": [1]}",
                "[99999]",
                "[1",
                "[1] 2"
            })
    void files_without_usable_ids_are_bad_data(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("ids.json"), json);
        String out = folder.resolve("out").toString();
        assertThat(cli.run("inspect", "logits", "-m", MODEL, "--ids", file.toString(), "--out", out))
                .isEqualTo(1);
        assertThat(cli.err().lines()).singleElement().asString().contains("ids.json");
    }

    @Test
    void tokens_equal_the_golden_ones() throws IOException {
        List<JsonNode> cases = Goldens.cases("tokenizer/encode.json").subList(0, 100);
        Path texts = Files.writeString(
                folder.resolve("texts.json"),
                cases.stream().map(c -> c.get("text")).toList().toString());
        assertThat(cli.run(
                        "inspect",
                        "tokens",
                        "--model",
                        SharedData.codaConfig().toString(),
                        "--texts",
                        texts.toString()))
                .isZero();
        JsonNode list = Json.parse(cli.out(), "the output");
        assertThat(list).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(list.get(i).get("text")).isEqualTo(cases.get(i).get("text"));
            assertThat(list.get(i).get("ids")).isEqualTo(cases.get(i).get("ids"));
            assertThat(list.get(i).get("tokens")).hasSameSizeAs(list.get(i).get("ids"));
        }
    }

    @Test
    void tokens_take_texts_from_flags_too() throws IOException {
        ToyCheckpoint.write(folder);
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString(), "--text", "a<|mask|>", "--text", ""))
                .isZero();
        assertThat(cli.out())
                .isEqualTo("[{\"text\":\"a<|mask|>\",\"ids\":[107,5],\"tokens\":[\"a\",\"<|mask|>\"]},"
                        + "{\"text\":\"\",\"ids\":[],\"tokens\":[]}]\n");
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString())).isEqualTo(2);
        Path bad = Files.writeString(folder.resolve("bad.json"), "[\"a\", 1]");
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString(), "--texts", bad.toString()))
                .isEqualTo(1);
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString(), "--texts", bad.toString(), "--text", "a"))
                .isEqualTo(2);
        assertThat(cli.err())
                .contains("no text given")
                .contains("must hold a JSON list of texts")
                .contains("exclude");
    }

    @Test
    void templates_are_printed_and_nothing_else() throws IOException {
        String model = SharedData.codaConfig().toString();
        int compared = 0;
        for (JsonNode expected : Goldens.cases("chat/cases.json")) {
            com.fasterxml.jackson.databind.node.ObjectNode request = expected.deepCopy();
            request.remove(List.of("name", "prompt", "error"));
            Path file = Files.writeString(folder.resolve("request.json"), request.toString());
            Cli one = new Cli();
            int code = one.run("inspect", "template", "--model", model, "--request", file.toString(), "--original");
            if (expected.has("error")) {
                assertThat(code).isEqualTo(1);
                assertThat(one.err().lines()).hasSize(1);
            } else {
                assertThat(one.out()).isEqualTo(expected.get("prompt").textValue());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(70);
    }

    @Test
    void a_template_says_what_messages_say_and_refuses_what_it_cannot_say() throws IOException {
        Path file = folder.resolve("request.json");
        Files.writeString(
                file,
                "\uFEFF{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Sort it.\"}]}]}");
        String[] arguments = {"inspect", "template", "--model", MODEL, "--request", file.toString()};
        assertThat(cli.run(arguments)).isZero();
        assertThat(cli.out()).isEqualTo("<|im_start|>user\nSort it.<|im_end|>\n");
        Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":\"ab\\ud83d\"}]}");
        assertThat(cli.run(arguments)).isEqualTo(1);
        Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":7}]}");
        assertThat(cli.run(arguments)).isEqualTo(1);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("character 2 is \\ud83d, half of a surrogate pair"),
                        line -> assertThat(line).contains("is no text: 7"));
    }

    @Test
    void a_byte_order_mark_before_ids_and_texts_is_passed_over() throws IOException {
        ToyCheckpoint.write(folder);
        Path texts = Files.writeString(folder.resolve("texts.json"), "\uFEFF[\"a\"]");
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString(), "--texts", texts.toString()))
                .isZero();
        assertThat(cli.out()).startsWith("[{\"text\":\"a\",\"ids\":[107]");
        assertThat(IdsArgument.parse(
                        Files.writeString(folder.resolve("ids.json"), "\uFEFF[1, 2]")
                                .toString(),
                        10))
                .containsExactly(1, 2);
        Files.writeString(texts, "[\"a\", \"b\\ud83d\"]");
        assertThat(cli.run("inspect", "tokens", "-m", folder.toString(), "--texts", texts.toString()))
                .isEqualTo(1);
        assertThat(cli.err()).contains("character 1 of text 1 is half of a surrogate pair");
    }

    @Test
    void a_model_is_a_table_for_people_and_json_for_programs() {
        assertThat(cli.run("inspect", "model", MODEL)).isZero();
        assertThat(cli.out())
                .contains("Parameters 170.5 thousand (170528)")
                .contains("model.layers.[0-2].self_attn.q_proj.weight           F32 [64, 64]")
                .containsPattern("vocab_size +320")
                .contains("lm_head.weight");
        Cli asJson = new Cli();
        assertThat(asJson.run("inspect", "model", "--model", MODEL, "--json", "--check"))
                .isZero();
        JsonNode json = Json.parse(asJson.out(), "the output");
        assertThat(json.get("parameters").intValue()).isEqualTo(170528);
        assertThat(json.at("/config/hidden_size").intValue()).isEqualTo(64);
        assertThat(json.at("/dtypes/F32").longValue()).isEqualTo(4 * 170528);
        assertThat(json.at("/memory/fp32").longValue()).isEqualTo(4 * 170528);
        assertThat(json.at("/memory/bf16").longValue())
                .isLessThan(json.at("/memory/fp32").longValue());
        assertThat(json.at("/memory/int8").longValue())
                .isLessThan(json.at("/memory/bf16").longValue());
        assertThat(json.get("tensors")).hasSize(36);
        assertThat(json.at("/tensors/0/shape").isArray()).isTrue();
    }

    @Test
    void a_stored_head_that_the_config_ties_away_counts_in_report_and_logits() throws IOException {
        ToyCheckpoint.write(folder);
        Path config = folder.resolve("config.json");
        AtomicFiles.writeText(
                config,
                ConfigFile.read(config).with("tie_word_embeddings", true).json());
        assertThat(cli.run("inspect", "model", folder.toString(), "--json")).isZero();
        assertThat(Json.parse(cli.out(), "the output").get("parameters").intValue())
                .isEqualTo(170528);
        List<float[]> logits = new ArrayList<>();
        for (String model : List.of(MODEL, folder.toString())) {
            Path out = folder.resolve("logits.safetensors");
            assertThat(new Cli().run("inspect", "logits", "--model", model, "--ids", "7,8,9", "--out", out.toString()))
                    .isZero();
            logits.add(TensorFile.read(out).floats("logits"));
        }
        assertThat(logits.getLast()).isEqualTo(logits.getFirst());
    }

    @Test
    void a_model_whose_tensors_are_not_its_config_s_is_refused() throws IOException {
        ToyCheckpoint.write(folder);
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"vocab_size\": 320", "\"vocab_size\": 321"));
        assertThat(cli.run("inspect", "model", folder.toString())).isEqualTo(1);
        assertThat(cli.err()).contains("model.embed_tokens.weight is [320, 64], expected [321, 64]");
        assertThat(cli.run("inspect", "model")).isEqualTo(2);
        assertThat(cli.run("inspect", "model", MODEL, "-m", MODEL)).isEqualTo(2);
    }

    private List<String> names() throws IOException {
        try (var children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).toList();
        }
    }
}
