package io.github.coda4j.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the sets hold as right is right, through {@code coda eval score}. Every so-many-th row is run;
 * {@code -Dcanonical.every=1} runs all of them.
 */
@Tag("slow")
@Timeout(1800)
class CanonicalAnswersTest {
    @TempDir
    Path folder;

    private int judged;

    @ParameterizedTest
    @CsvSource({"santacoder-java,1780", "santacoder-python,1043", "santacoder-js,1969"})
    void true_lines_are_the_lines_whatever_white_space_is_around_them(String task, int rows) throws Exception {
        assertThat(failed(Benchmark.of(task), Mode.EXACT, 1)).isEmpty();
        assertThat(judged).isEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource({"santacoder-java,multipl-e,100", "santacoder-python,multipl-e,20", "mbpp+,evalplus,30"})
    @Tag("process")
    void true_lines_and_solutions_pass_but_for_what_is_known_to_be_wrong(String task, String mode, int usual)
            throws Exception {
        Benchmark benchmark = Benchmark.of(task);
        int every = Integer.getInteger("canonical.every", usual);
        // One program of SantaCoder's asks whether numbers are prime with a probability of a half.
        assertThat(failed(benchmark, benchmark.mode(mode), every))
                .allMatch(failure -> failure.startsWith("humaneval-HumanEval_39_prime_fib"));
    }

    /** Scores the canonical answers of every so-many-th task and names those that did not pass. */
    private List<String> failed(Benchmark benchmark, Mode mode, int every) throws Exception {
        List<Problem> problems = List.copyOf(benchmark
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), mode)
                .problems()
                .values());
        StringBuilder lines = new StringBuilder();
        String field = benchmark.wantsWholePrograms() ? "solution" : "completion";
        for (int i = 0; i < problems.size(); i += every) {
            Problem problem = problems.get(i);
            String program =
                    benchmark.wantsWholePrograms() ? problem.prompt() + problem.canonical() : problem.canonical();
            String answer = mode == Mode.EXACT ? " " + program + "\n" : program;
            lines.append(Json.ascii(Json.of(Map.of("task_id", problem.id(), field, answer))))
                    .append('\n');
        }
        Path samples = Files.writeString(folder.resolve("samples.jsonl"), lines);
        Path out = folder.resolve("scores");
        List<String> command = new ArrayList<>(List.of("eval", "score", "--task", benchmark.label(), "--mode"));
        command.addAll(List.of(mode.label(), "--samples", samples.toString(), "--out", out.toString()));
        command.addAll(List.of("--data", SharedData.datasets().toString(), "--workers", "2", "--allow-missing"));
        if (benchmark.runs(mode) && mode.seconds() > 0) {
            // The machine may be busy: what is right is asked, not how fast.
            command.addAll(List.of("--timeout", "120"));
        }
        Cli cli = new Cli().env("PATH", System.getenv("PATH"));
        assertThat(cli.run(command.toArray(String[]::new))).as(cli.err()).isZero();
        List<String> failed = new ArrayList<>();
        JsonLines.read(out.resolve("results.jsonl"), line -> {
            JsonNode row = line.object();
            judged++;
            if (!row.get("passed").booleanValue()) {
                failed.add(
                        row.get("task_id").asText() + ": " + row.get("result").asText());
            }
        });
        assertThat(judged).isEqualTo(Math.ceilDiv(problems.size(), every));
        return failed;
    }
}
