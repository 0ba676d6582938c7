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
import java.util.ArrayList;
import java.util.List;
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
        String[] base = {
            "eval",
            "prompts",
            "--task",
            "mbpp",
            "--prompt",
            "lm-eval-base",
            "--prefix-end",
            "older",
            "--template",
            SharedData.codaConfig().toString(),
            "--data",
            SharedData.datasets().toString()
        };
        assertThat(run(base)).isEqualTo(2);
        assertThat(cli.err())
                .contains(
                        "--prefix-end has no effect on the prompt style lm-eval-base, which does not begin the answer:"
                                + " leave it out");
        assertThat(run("eval", "score", "--task", "mbpp+", "--timeout", "4", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--timeout has no effect on mbpp+ in the mode evalplus: leave it out");
        assertThat(run("eval", "score", "--task", "mbpp", "--sandbox", "some", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--sandbox must be required, best, off or bwrap, got 'some'");
        assertThat(run("eval", "score", "--task", "santacoder-js", "--sandbox", "off", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err())
                .contains(
                        "--sandbox has no effect on santacoder-js in the mode exact, which runs nothing: leave it out");
        assertThat(run("eval", "score", "--task", "humaneval-x-java", "--python", "p", "--samples", "x", "--out", "y"))
                .isEqualTo(2);
        assertThat(cli.err())
                .contains("--python has no effect on humaneval-x-java in the mode humaneval-x: leave it out");
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

    private Path lines(String... lines) throws Exception {
        return Files.writeString(folder.resolve("samples.jsonl"), String.join("\n", lines) + "\n");
    }

    private int score(Cli with, String task, Path samples, String... more) {
        return score(with, task, samples, folder.resolve("scores"), more);
    }

    private int score(Cli with, String task, Path samples, Path out, String... more) {
        List<String> all = new ArrayList<>(List.of("eval", "score", "--task", task, "--allow-missing"));
        all.addAll(List.of("--samples", samples.toString(), "--out", out.toString()));
        all.addAll(List.of("--data", SharedData.datasets().toString()));
        all.addAll(List.of(more));
        return with.run(all.toArray(String[]::new));
    }

    @Test
    void without_python_a_person_is_told_how_to_get_it() throws Exception {
        Path file = lines("{\"task_id\": \"HumanEval/0\", \"completion\": \"x\"}");
        Cli bare = new Cli().env("PATH", folder.toString());
        assertThat(score(bare, "humaneval", file)).isEqualTo(1);
        assertThat(bare.err()).contains("no Python: answers in Python are judged by Python 3.9 or newer; install it");
    }

    /** An answer to HumanEval/38 that is right and does without the helper of the prompt. */
    private static final String DECODES = """
                groups = [s[i:i + 3] for i in range(0, len(s), 3)]
                return "".join(g if len(g) < 3 else g[2] + g[:2] for g in groups)
            """;

    @Test
    void sanitizers_are_compared_on_the_same_answers() throws Exception {
        String right = Json.ascii(Json.of(Map.of("task_id", "HumanEval/38", "completion", DECODES)));
        Path file =
                lines(Json.ascii(Json.of(Map.of("task_id", "HumanEval/0", "completion", "    return False\n"))), right);
        assertThat(score(cli, "humaneval", file, "--sanitizer", "each"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out())
                .contains("sanitizer keep: pass@1 0.5000 ")
                .contains("sanitizer coda: pass@1 0.0000 ")
                .contains("sanitizer evalplus: pass@1 0.0000 ")
                .contains("  to keep: pass@1 0.5000 and 0.0000 on 2 tasks: difference -0.5000 ")
                .contains("  to keep: lost 1: HumanEval/38\n");
        String program = Files.readString(folder.resolve("scores/keep/samples.jsonl"));
        assertThat(program)
                .contains("def encode_cyclic")
                .contains("\"solution\"")
                .doesNotContain("\"completion\"");
        assertThat(Files.readString(folder.resolve("scores/coda/samples.jsonl")))
                .doesNotContain("def encode_cyclic");
        Cli one = new Cli().env("PATH", System.getenv("PATH"));
        assertThat(score(one, "humaneval", file, "--sanitizer", "coda", "--json"))
                .as(one.err())
                .isZero();
        assertThat(Json.parseObject(one.out(), "summary").get("samples").intValue())
                .isEqualTo(2);
        Cli wrong = new Cli().env("PATH", System.getenv("PATH"));
        assertThat(score(wrong, "humaneval", file, "--sanitizer", "none")).isEqualTo(2);
        assertThat(wrong.err()).contains("--sanitizer must be each or one of keep, coda, evalplus, got 'none'");
        assertThat(score(wrong, "mbpp", file, "--sanitizer", "keep")).isEqualTo(2);
        assertThat(wrong.err()).contains("--sanitizer is for humaneval and humaneval+, got mbpp: leave it out");
    }

    @Test
    void the_answer_that_was_kept_is_what_is_sanitized() throws Exception {
        Path file = lines(Json.ascii(
                Json.of(Map.of("task_id", "HumanEval/38", "solution", "", "answer", DECODES + "```\nThat is it."))));
        assertThat(score(cli, "humaneval", file, "--sanitizer", "keep"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).startsWith("sanitizer keep: pass@1 1.0000 ");
    }

    @Test
    void answers_to_the_sets_of_holes_are_run() throws Exception {
        for (String task :
                List.of("safim-block-python", "safim-control-java", "santacoder-python", "santacoder-java")) {
            Benchmark benchmark = Benchmark.of(task);
            Mode mode = task.startsWith("safim") ? Mode.SAFIM : Mode.MULTIPL_E;
            List<Problem> problems = List.copyOf(benchmark
                    .load(new DataFolder(SharedData.datasets(), Map.of(), false), mode)
                    .problems()
                    .values());
            // A blank more is the same program and another text.
            Path file = lines(
                    Json.ascii(Json.of(Map.of(
                            "task_id",
                            problems.get(0).id(),
                            "completion",
                            problems.get(0).canonical() + " "))),
                    Json.ascii(Json.of(Map.of("task_id", problems.get(1).id(), "completion", "1 1"))));
            Cli each = new Cli().env("PATH", System.getenv("PATH"));
            Path out = folder.resolve(task);
            assertThat(score(each, task, file, out, "--mode", mode.label(), "--timeout", "60"))
                    .as(each.err())
                    .isZero();
            List<Boolean> passed = new ArrayList<>();
            JsonLines.read(
                    out.resolve("results.jsonl"),
                    line -> passed.add(line.object().get("passed").booleanValue()));
            assertThat(passed).as(task).containsExactly(true, false);
        }
    }
}
