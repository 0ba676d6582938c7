package io.github.coda4j.cli.eval;

import static io.github.coda4j.eval.remote.FakeServer.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.eval.remote.FakeServer;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda eval TASK}: from tasks to a report. */
@Tag("process")
@Timeout(120)
class EvalRunTest {
    @TempDir
    Path folder;

    private ScriptedGenerator generator = says("    pass\n");
    private Cli cli = new Cli();

    private static ScriptedGenerator says(String text) {
        return ScriptedGenerator.always(ScriptedGenerator.Script.says(text));
    }

    private int eval(Path out, String... arguments) {
        cli = new Cli().env("PATH", System.getenv("PATH")).env("SECRET", "k").with(generator);
        List<String> all = new ArrayList<>(List.of("eval"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", SharedData.datasets().toString(), "--out", out.toString(), "--workers", "2"));
        if (!all.contains("--base-url")) {
            all.addAll(List.of("--model", "models/coda-mini"));
        }
        return cli.run(all.toArray(String[]::new));
    }

    private static List<String> files(Path out, String name) throws Exception {
        return Files.readAllLines(out.resolve(name));
    }

    @Test
    void one_command_asks_judges_and_reports() throws Exception {
        assertThat(eval(folder, "humaneval", "infill-single", "--limit", "3", "--length", "oracle,auto,4"))
                .as(cli.err())
                .isZero();
        JsonNode summary = Json.readObject(folder.resolve("summary.json"));
        assertThat(summary.get("command").asText()).startsWith("coda eval humaneval infill-single --limit 3");
        assertThat(summary.get("version").asText()).startsWith("coda4j ");
        assertThat(summary.at("/machine/processors").asInt()).isPositive();
        assertThat(summary.at("/model/weights").asText()).hasSize(64);
        assertThat(summary.get("measured"))
                .extracting(one -> one.get("name").asText())
                .containsExactly("humaneval", "infill-single.oracle", "infill-single.auto", "infill-single.4");
        JsonNode first = summary.get("measured").get(0);
        assertThat(first.at("/answers/prompt").asText()).isEqualTo("coda");
        assertThat(first.at("/answers/data_md5").asText()).isEqualTo("88771747746422b8669027625578460c");
        assertThat(first.at("/answers/decoding/steps").asInt())
                .as("of coda-mini's own config")
                .isEqualTo(64);
        assertThat(first.at("/answers/decoding/seed").asInt()).isZero();
        // 8 forwards an answer, and as many tokens as it has characters, is what the script says.
        assertThat(first.at("/cost/forwards").asInt()).isEqualTo(24);
        assertThat(first.at("/cost/tokens_per_forward").asDouble()).isEqualTo(9 / 8.0);
        assertThat(first.at("/scores/human-eval/pass_at_k/pass@1/value").isNumber())
                .isTrue();
        assertThat(summary.at("/measured/1/scores/exact/outcomes/different").asInt())
                .isEqualTo(3);
        assertThat(files(folder, "infill-single.auto/human-eval/results.jsonl")).hasSize(3);
        String page = Files.readString(folder.resolve("index.html"));
        assertThat(page)
                .contains("data:image/png;base64,", "HumanEval/2", "infill-single.auto", "<del>", "tokens per forward")
                .doesNotContain("src=\"http", "href=");
        assertThat(files(folder, "scores.md")).hasSize(2 + 1 + 3 * 2);
        assertThat(cli.out()).contains("humaneval, human-eval: pass@1 0.");
    }

    @Test
    void a_run_that_was_killed_gives_the_same_files() throws Exception {
        String[] command = {"infill-random-light", "--limit", "4", "--length", "3"};
        Path whole = folder.resolve("whole");
        assertThat(eval(whole, command)).as(cli.err()).isZero();
        Path killed = folder.resolve("killed");
        assertThat(eval(killed, command)).isZero();
        // As after a kill in the middle of a line, and before anything was judged.
        Path samples = killed.resolve("infill-random-light.3/samples.jsonl");
        List<String> lines = Files.readAllLines(samples);
        Files.writeString(samples, lines.getFirst() + "\n" + lines.get(1).substring(0, 20));
        Files.delete(killed.resolve("infill-random-light.3/human-eval/results.jsonl"));
        int asked = generator.requests().size();
        assertThat(eval(killed, command)).as(cli.err()).isZero();
        assertThat(generator.requests()).as("asked again").hasSize(asked + 3);
        assertThat(cli.err()).contains("wrote 3 answers to " + samples + ", behind 1 that were there");
        for (String name : List.of("samples.jsonl", "human-eval/results.jsonl", "exact/results.jsonl")) {
            String path = "infill-random-light.3/" + name;
            assertThat(files(killed, path)).as(name).isEqualTo(files(whole, path));
        }
        assertThat(files(killed, "infill-random-light.3/samples.jsonl.times.jsonl"))
                .hasSize(4);
        assertThat(eval(killed, command)).isZero();
        assertThat(generator.requests()).as("nothing is left to do").hasSize(asked + 3);
        assertThat(cli.err()).doesNotContain("judged");
    }

    @Test
    void some_tasks_may_be_taken_from_all_over_the_set() throws Exception {
        String[] command = {"infill-single", "--limit", "3", "--mode", "exact"};
        String[] spread = {"infill-single", "--limit", "3", "--mode", "exact", "--spread"};
        assertThat(eval(folder, spread)).as(cli.err()).isZero();
        List<String> all = List.copyOf(Benchmark.INFILL_SINGLE
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), Mode.EXACT)
                .problems()
                .keySet());
        List<String> tasks = new ArrayList<>();
        JsonLines.read(
                folder.resolve("infill-single.oracle/samples.jsonl"),
                line -> tasks.add(line.object().get("task_id").asText()));
        assertThat(tasks).containsExactly(all.get(0), all.get(344), all.get(688));
        assertThat(eval(folder, command)).as("others are not gone on with").isEqualTo(1);
        assertThat(cli.err()).contains("samples.jsonl.settings.json differs in spread");
        refuses("--spread has no effect without --limit: leave it out", "infill-single", "--spread");
    }

    @Test
    void steps_are_swept_and_plotted_against_score_and_time() throws Exception {
        assertThat(eval(folder, "mbpp", "--limit", "2", "--sweep", "steps=32,64,128", "--max-new-tokens", "128"))
                .as(cli.err())
                .isZero();
        assertThat(generator.requests())
                .extracting(request -> request.decode().steps())
                .containsExactly(32, 32, 64, 64, 128, 128);
        assertThat(Files.readString(folder.resolve("index.html"))).contains("Steps and time", "Steps and scores");
        assertThat(Json.readObject(folder.resolve("summary.json"))
                        .at("/measured/2/answers/decoding/steps")
                        .asInt())
                .isEqualTo(128);
    }

    @Test
    void mbpp_plus_is_reported_as_evalplus_and_as_coda_counts() throws Exception {
        assertThat(eval(folder, "mbpp+", "--limit", "2")).as(cli.err()).isZero();
        JsonNode scores = Json.readObject(folder.resolve("summary.json")).at("/measured/0/scores");
        assertThat(scores.properties()).extracting(entry -> entry.getKey()).containsExactly("evalplus");
        assertThat(scores.at("/evalplus/pass_at_k").properties())
                .extracting(entry -> entry.getKey())
                .containsExactly("base", "plus", "coda");
        assertThat(cli.out().lines().filter(line -> line.endsWith(": MBPP+ as CoDA's evaluation counts it")))
                .hasSize(1);
        assertThat(files(folder, "scores.md").stream().filter(line -> line.contains("coda pass@1")))
                .hasSize(1);
        Path alone = folder.resolve("alone");
        assertThat(eval(alone, "mbpp+", "--limit", "2", "--mode", "coda"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).startsWith("mbpp+, coda: coda pass@1 0.0000 ");
        assertThat(Json.readObject(alone.resolve("summary.json"))
                        .at("/measured/0/scores/coda/pass_at_k/coda/pass@1")
                        .isObject())
                .isTrue();
        refuses("the mode evalplus counts mbpp+ as coda does too: leave coda out", "mbpp+", "--mode", "evalplus,coda");
    }

    @Test
    void the_left_only_baseline_sees_nothing_behind_the_hole() {
        assertThat(eval(folder, "infill-single", "--limit", "1", "--baselines", "left-only", "--mode", "exact"))
                .as(cli.err())
                .isZero();
        List<GenerateRequest> requests = generator.requests();
        assertThat(requests).hasSize(2);
        assertThat(segments(requests.get(0))).isEqualTo(3);
        assertThat(segments(requests.get(1))).isEqualTo(2);
    }

    private static int segments(GenerateRequest request) {
        return ((Prompt.Text) request.prompt()).document().segments().size();
    }

    @Test
    void holes_at_the_end_of_a_program_are_asked_too() {
        // 156 rows of the set have no suffix.
        assertThat(eval(folder, "infill-single", "--limit", "12", "--mode", "exact"))
                .as(cli.err())
                .isZero();
        assertThat(generator.requests()).anyMatch(request -> segments(request) == 2);
    }

    @Test
    void a_server_is_asked_and_a_run_that_it_broke_off_goes_on() throws Exception {
        try (FakeServer server = new FakeServer()) {
            server.always(
                    status(200, "{\"choices\":[{\"text\":\"    pass\\n\"}],\"usage\":{\"completion_tokens\":4}}"));
            server.next(
                    status(200, "{\"choices\":[{\"text\":\"first\"}]}"),
                    status(400, "{\"error\":{\"message\":\"no more\"}}"));
            String[] command = {
                "infill-single",
                "--limit",
                "3",
                "--together",
                "1",
                "--base-url",
                server.address(),
                "--model",
                "m",
                "--api-key-env",
                "SECRET",
                "--temperature",
                "0.5"
            };
            assertThat(eval(folder, command)).isEqualTo(1);
            assertThat(cli.err()).contains("/completions answers 400: no more");
            assertThat(eval(folder, command)).as(cli.err()).isZero();
            assertThat(server.asked()).hasSize(4);
            assertThat(server.keys()).containsOnly("Bearer k");
            assertThat(server.asked().getLast()).contains("\"temperature\":0.5", "\"suffix\":");
            assertThat(files(folder, "infill-single.auto/samples.jsonl").getFirst())
                    .contains("first");
            JsonNode cost = Json.readObject(folder.resolve("summary.json")).at("/measured/0/cost");
            assertThat(cost.has("forwards")).as("nobody says them").isFalse();
        }
    }

    @Test
    void chats_go_to_the_endpoint_where_no_answer_is_begun() throws Exception {
        try (FakeServer server = new FakeServer()) {
            server.always(status(
                    200,
                    "{\"choices\":[{\"message\":{\"content\":"
                            + "\"Sure:\\n```python\\ndef f():\\n    return 1\\n```\"}}]}"));
            String[] evalPlus = {
                "humaneval", "--limit", "1", "--base-url", server.address(), "--model", "m", "--prompt", "evalplus"
            };
            assertThat(eval(folder, evalPlus)).as(cli.err()).isZero();
            assertThat(server.asked().getFirst())
                    .startsWith("POST /v1/chat/completions")
                    .contains("in a markdown code block:\\n```python\\nfrom typing", "\\n```\"}");
            assertThat(files(folder, "humaneval/samples.jsonl").getFirst()).contains("def f():\\n    return 1");
            assertThat(eval(folder, "humaneval", "--base-url", server.address(), "--model", "m"))
                    .isEqualTo(2);
            assertThat(cli.err())
                    .contains("the prompt style coda begins the answer, which a chat endpoint does not go on with: add"
                            + " --template MODEL");
        }
    }

    @Test
    void a_suite_is_what_is_there_and_says_what_is_not() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        assertThat(new Cli().run("eval", "suite", "--data", data.toString())).isEqualTo(1);
        Files.copy(
                SharedData.datasets().resolve("quixbugs-java-infill.jsonl.gz"),
                data.resolve("quixbugs-java-infill.jsonl.gz"));
        cli = new Cli().env("PATH", System.getenv("PATH")).with(generator);
        String out = folder.resolve("out").toString();
        assertThat(cli.run(
                        "eval",
                        "suite",
                        "--limit",
                        "2",
                        "--data",
                        data.toString(),
                        "--out",
                        out,
                        "--model",
                        "models/coda-mini"))
                .as(cli.err())
                .isZero();
        assertThat(cli.err())
                .contains("humaneval is left out: there is no HumanEval.jsonl.gz in " + data
                        + "; its publisher has it at github.com/openai/human-eval, data/");
        assertThat(Json.readObject(Path.of(out, "summary.json")).get("measured"))
                .extracting(one -> one.get("name").asText())
                .containsExactly("quixbugs-java.oracle");
    }

    @Test
    void what_has_no_effect_or_no_meaning_is_refused() {
        refuses("there is no task and no command 'scor'; did you mean score?", "scor");
        refuses("there is no task 'humanevil'", "humanevil");
        refuses("--sweep must be like steps=32,64,128, got 'alg=x'", "humaneval", "--sweep", "alg=x");
        refuses("--sweep and --steps exclude each other", "humaneval", "--sweep", "steps=2", "--steps", "2");
        refuses("--baselines are for infilling: leave them out", "humaneval", "--baselines", "left-only");
        refuses("the 5-gram learns from token shards: add --shards DIR", "infill-single", "--baselines", "5-gram");
        refuses("quality fills held-out spans of token shards: add --shards DIR", "quality");
        refuses("--shards has no effect here: leave it out", "humaneval", "--shards", "x");
        refuses("--api-key-env has no effect without --base-url", "humaneval", "--api-key-env", "SECRET");
        refuses(
                "--api-key-env names NONE, which is not set",
                "humaneval",
                "--base-url",
                "http://127.0.0.1:1",
                "--api-key-env",
                "NONE");
        refuses("--max-tokens has no effect without --length auto", "infill-single", "--max-tokens", "9");
        refuses("the task humaneval has no mode 'exact'", "humaneval", "--mode", "exact");
        refuses("--length must be a number, oracle or auto, got 'x'", "infill-single", "--length", "x");
        refuses(
                "--length oracle needs the model's tokenizer: add --template MODEL",
                "infill-single",
                "--base-url",
                "http://127.0.0.1:1",
                "--model",
                "m",
                "--length",
                "oracle");
    }

    private void refuses(String problem, String... arguments) {
        assertThat(eval(folder, arguments)).as(problem).isEqualTo(2);
        assertThat(cli.err()).contains(problem);
    }
}
