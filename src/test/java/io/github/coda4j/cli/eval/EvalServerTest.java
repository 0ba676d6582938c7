package io.github.coda4j.cli.eval;

import static io.github.coda4j.eval.remote.FakeServer.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.cli.app.RunningServer;
import io.github.coda4j.eval.remote.FakeServer;
import io.github.coda4j.files.Json;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code coda eval --base-url}: a server of ours from end to end, and servers with which something is wrong. */
@Tag("process")
@Tag("slow")
@Timeout(180)
class EvalServerTest {
    private static final String MODEL = "models/coda-mini";

    @TempDir
    Path folder;

    private Cli cli = new Cli();

    private int eval(Path out, String... arguments) {
        cli = new Cli().env("PATH", System.getenv("PATH")).real();
        List<String> all = new ArrayList<>(List.of("eval"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", SharedData.datasets().toString(), "--out", out.toString()));
        return cli.run(all.toArray(String[]::new));
    }

    private static String[] together(List<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void a_server_of_ours_answers_as_the_model_does_in_this_process() throws Exception {
        List<String> holes = List.of("infill-random-light", "--limit", "2", "--length", "auto,4");
        List<String> texts = List.of(
                "humaneval",
                "--limit",
                "2",
                "--max-new-tokens",
                "8",
                "--steps",
                "8",
                "--temperature",
                "0.5",
                "--seed",
                "3");
        Path here = folder.resolve("here");
        assertThat(eval(here.resolve("holes"), together(holes, "--model", MODEL)))
                .as(cli.err())
                .isZero();
        assertThat(eval(here.resolve("texts"), together(texts, "--model", MODEL)))
                .as(cli.err())
                .isZero();
        Path there = folder.resolve("there");
        try (RunningServer server = new RunningServer(new Cli().real(), "serve", "--port", "0")) {
            String address = server.address() + "/v1";
            assertThat(eval(there.resolve("holes"), together(holes, "--base-url", address)))
                    .as(cli.err())
                    .isZero();
            assertThat(eval(there.resolve("texts"), together(texts, "--base-url", address, "--template", MODEL)))
                    .as(cli.err())
                    .isZero();
            // Chats that the server renders.
            String[] chats = {"humaneval", "--limit", "2", "--max-new-tokens", "8", "--prompt", "evalplus"};
            assertThat(eval(there.resolve("chats"), together(List.of(chats), "--base-url", address)))
                    .as(cli.err())
                    .isZero();
        }
        assertThat(Files.readAllLines(there.resolve("chats/humaneval/samples.jsonl")))
                .hasSize(2);
        for (String name :
                List.of("holes/infill-random-light.auto", "holes/infill-random-light.4", "texts/humaneval")) {
            List<String> expected = Files.readAllLines(here.resolve(name).resolve("samples.jsonl"));
            List<String> answers = Files.readAllLines(there.resolve(name).resolve("samples.jsonl"));
            assertThat(answers).as(name).hasSize(2);
            // A server is not told that the documents are in Python, which decides the first hole of unknown length.
            int told = name.endsWith(".auto") ? 1 : 0;
            assertThat(answers.subList(told, 2)).as(name).isEqualTo(expected.subList(told, 2));
        }
        JsonNode summary = Json.readObject(there.resolve("holes/summary.json"));
        assertThat(summary.at("/model/model").asText()).isEqualTo("coda-mini");
        assertThat(summary.at("/measured/0/cost/forwards").asInt())
                .as("which servers of ours tell")
                .isPositive();
    }

    @Test
    void what_goes_wrong_for_a_while_is_asked_again_and_garbage_ends_it_in_one_line() throws Exception {
        try (FakeServer server = new FakeServer()) {
            FakeServer.Reply answer = status(200, "{\"choices\":[{\"text\":\"right\"}]}");
            server.next(
                    status(500, "{\"error\":{\"message\":\"out of memory\"}}"),
                    answer,
                    status(429, "", "Retry-After", "1"),
                    answer,
                    // The connection ends without an answer.
                    _ -> {},
                    answer,
                    status(200, "<html><body>It works!</body></html>"));
            String[] command = {
                "infill-random-light",
                "--limit",
                "4",
                "--mode",
                "exact",
                "--together",
                "1",
                "--base-url",
                server.address(),
                "--model",
                "m"
            };
            assertThat(eval(folder, command)).isEqualTo(1);
            String at = server.address() + "/completions";
            assertThat(cli.err())
                    .containsPattern(at + ": answers 500: out of memory; trying again in [01]\\.\\d s\n")
                    .contains(at + ": answers 429; trying again in 1.0 s\n")
                    .containsPattern(at + ": [^\n]+; trying again in [01]\\.\\d s\n");
            assertThat(cli.err().lines().toList().getLast()).contains("the answer of " + at);
            assertThat(server.asked()).hasSize(7);
            server.always(answer);
            assertThat(eval(folder, command)).as(cli.err()).isZero();
            assertThat(server.asked()).as("the last answer alone").hasSize(8);
            assertThat(cli.err()).contains("behind 3 that were there");
        }
    }
}
