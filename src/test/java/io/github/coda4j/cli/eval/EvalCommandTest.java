package io.github.coda4j.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code coda eval}. */
@Tag("process")
class EvalCommandTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli().env("PATH", System.getenv("PATH"));

    private Path samples(String task, Mode mode, int tasks) throws Exception {
        Map<String, Problem> problems = Benchmark.of(task)
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), mode)
                .problems();
        StringBuilder lines = new StringBuilder();
        problems.values().stream()
                .limit(tasks)
                .forEach(problem -> lines.append(
                                Json.ascii(Json.of(Map.of("task_id", problem.id(), "completion", problem.canonical()))))
                        .append('\n'));
        return Files.writeString(folder.resolve("samples.jsonl"), lines);
    }

    private int run(String... arguments) {
        return cli.run(arguments);
    }

    @Test
    void canonical_answers_are_scored_and_compared() throws Exception {
        String file = samples("mbpp", Mode.HUMAN_EVAL, 12).toString();
        String data = SharedData.datasets().toString();
        String out = folder.resolve("scores").toString();
        assertThat(run("eval", "score", "--task", "mbpp", "--samples", file, "--out", out, "--data", data))
                .isEqualTo(1);
        assertThat(cli.err())
                .contains(
                        "has no sample for 488 of 500 tasks: Mbpp/23, Mbpp/24, Mbpp/25, Mbpp/26, Mbpp/27 and 483 more;"
                                + " take --allow-missing to leave them out of pass@k");
        assertThat(run(
                        "eval",
                        "score",
                        "--task",
                        "mbpp",
                        "--samples",
                        file,
                        "--out",
                        out,
                        "--data",
                        data,
                        "--allow-missing"))
                .isZero();
        assertThat(cli.out()).contains("pass@1 1.0000 (95 % of task sets: 1.0000 to 1.0000)\n");
        assertThat(run("eval", "compare", out, out + "/results.jsonl", "--json"))
                .isZero();
        String printed = cli.out();
        JsonNode comparison = Json.parse(printed.substring(printed.indexOf('{')), "comparison");
        assertThat(comparison.get("tasks").intValue()).isEqualTo(12);
        assertThat(comparison.get("difference").doubleValue()).isZero();
    }

    @Test
    void an_interrupt_ends_scoring_and_the_same_command_goes_on() throws Exception {
        String file = samples("humaneval", Mode.HUMAN_EVAL, 30).toString();
        Path out = folder.resolve("scores");
        String[] command = {
            "eval",
            "score",
            "--task",
            "humaneval",
            "--samples",
            file,
            "--out",
            out.toString(),
            "--allow-missing",
            "--data",
            SharedData.datasets().toString(),
            "--workers",
            "2"
        };
        cli.interrupt().request();
        assertThat(run(command)).isEqualTo(130);
        Thread asking = Thread.ofPlatform().unstarted(() -> {
            while (!Files.exists(out.resolve("scoring.partial.jsonl"))) {
                Thread.onSpinWait();
            }
            other.interrupt().request();
        });
        asking.start();
        assertThat(other.run(command)).isEqualTo(130);
        asking.join();
        assertThat(out.resolve("results.jsonl")).doesNotExist();
        Cli third = new Cli().env("PATH", System.getenv("PATH"));
        assertThat(third.run(command)).isZero();
        assertThat(third.out()).startsWith("pass@1 1.0000");
    }

    private final Cli other = new Cli().env("PATH", System.getenv("PATH"));

    @Test
    void prompts_are_lines_of_a_task_and_a_prompt() {
        String data = SharedData.datasets().toString();
        String model = SharedData.codaConfig().toString();
        assertThat(run("eval", "prompts", "--task", "humaneval", "--data", data, "--template", model))
                .isZero();
        ObjectNode first = Json.parseObject(cli.out().lines().findFirst().orElseThrow(), "first");
        assertThat(first.properties()).hasSize(2);
        assertThat(first.get("prompt").asText())
                .startsWith("<|im_start|>user\nWrite a solution")
                .endsWith("\"\"\"\n\n");
        assertThat(cli.out().lines()).hasSize(164);
    }

    @Test
    void wrong_words_are_refused_with_what_there_is() {
        assertThat(run("eval", "score", "--task", "humanevel", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("did you mean humaneval?");
        assertThat(run("eval", "prompts", "--task", "mbpp", "--prefix-end", "older"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--prefix-end has no effect without --template: leave it out");
        assertThat(run("eval", "score", "--task", "mbpp+", "--timeout", "4", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--timeout has no effect in the mode evalplus: leave it out");
        assertThat(run("eval", "score", "--task", "mbpp", "--sandbox", "some", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--sandbox must be required, best, off or bwrap, got 'some'");
        assertThat(run("eval", "score", "--task", "santacoder-js", "--sandbox", "off", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--sandbox has no effect in the mode exact, which runs nothing: leave it out");
        assertThat(run("eval", "score", "--task", "humaneval-x-java", "--python", "p", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--python has no effect in the mode humaneval-x: leave it out");
        assertThat(run("eval", "score", "--task", "mbpp", "--workers", "0", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("the number of workers must be 1 to 256, got 0");
        assertThat(run("eval", "score", "--task", "mbpp", "--data", folder.toString(), "--samples", "x", "--out", "y"))
                .isEqualTo(1);
        assertThat(cli.err()).contains("there is no mbpp.jsonl.gz in " + folder + ": its publisher has it at");
    }

    @Test
    void true_middles_are_the_same_text() throws Exception {
        String file = samples("infill-random", Mode.EXACT, 2000).toString();
        String out = folder.resolve("exact").toString();
        String data = SharedData.datasets().toString();
        assertThat(run(
                        "eval",
                        "score",
                        "--task",
                        "infill-random",
                        "--mode",
                        "exact",
                        "--samples",
                        file,
                        "--out",
                        out,
                        "--data",
                        data,
                        "--json"))
                .isZero();
        assertThat(cli.out()).contains("\"passed\": 1640");
        int[] lines = {0};
        JsonLines.read(folder.resolve("exact/results.jsonl"), line -> lines[0]++);
        assertThat(lines[0]).isEqualTo(1640);
    }
}
