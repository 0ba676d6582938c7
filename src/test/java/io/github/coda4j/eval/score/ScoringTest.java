package io.github.coda4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples to scores on a set of three tasks of our own. */
@Tag("process")
class ScoringTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();
    private final List<String> samples = new ArrayList<>();
    private final List<Double> workers = new ArrayList<>();

    @BeforeEach
    void makeData() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            ObjectNode row = JsonNodeFactory.instance
                    .objectNode()
                    .put("task_id", "HumanEval/" + i)
                    .put("prompt", "def f(x):\n    \"\"\"x plus " + i + "\"\"\"\n")
                    .put("entry_point", "f")
                    .put("canonical_solution", "    return x + " + i + "\n")
                    .put("test", "def check(f):\n    assert f(1) == 1 + " + i + "\n")
                    .put("atol", 0);
            row.putArray("base_input").addArray().add(1);
            row.putArray("plus_input").addArray().add(1000);
            rows.append(Json.ascii(row)).append('\n');
        }
        Files.writeString(folder.resolve("HumanEval.jsonl"), rows);
        Files.writeString(folder.resolve("HumanEvalPlus.jsonl"), rows);
    }

    private void add(int task, String completion) {
        ObjectNode row = JsonNodeFactory.instance
                .objectNode()
                .put("task_id", "HumanEval/" + task)
                .put("completion", completion)
                .put("note", "kept");
        samples.add(Json.ascii(row));
    }

    private Path samples() throws Exception {
        return Files.writeString(folder.resolve("samples.jsonl"), String.join("\n", samples) + "\n");
    }

    private ScorePlan plan(Benchmark benchmark, Mode mode, String out, int workers, boolean missing) throws Exception {
        DataFolder data = new DataFolder(folder, Map.of(), true);
        Optional<Double> limit = mode.seconds() > 0 ? Optional.of(1.0) : Optional.empty();
        return new ScorePlan(benchmark, mode, data, samples(), folder.resolve(out), workers, limit, missing);
    }

    private ScoreReport score(ScorePlan plan) {
        return score(plan, new Told());
    }

    private ScoreReport score(ScorePlan plan, ScoreListener listener) {
        return new Scoring(
                        plan,
                        () -> PythonInterpreter.find(Optional.empty(), System.getenv()),
                        Sandbox.open(SandboxMode.BEST, ""),
                        listener)
                .run();
    }

    private class Told implements ScoreListener {
        @Override
        public void note(String line) {
            notes.add(line);
        }

        @Override
        public void worker(double start, double imports, double program) {
            workers.add(Math.min(start - imports, Math.min(imports, program)));
        }

        @Override
        public void judged(int done, int all, int alone) {}
    }

    private static double passAt(ScoreReport report, String name, int k) {
        return report.passAtK().get(name).get(k).value();
    }

    private String results(String out) throws Exception {
        return Files.readString(folder.resolve(out).resolve(Scoring.RESULTS));
    }

    private void addOdd() {
        add(0, "    return x\n");
        add(0, "    return x + 1\n");
        add(1, "");
        add(1, "    return x +\n");
        add(1, "    import nothing_of_this_name\n");
        add(1, "    while True: pass\n");
        add(1, "    return x + 1 # \ud800\n");
        add(1, "    return x + 1\u0000\n");
        add(2, "    return x + 2 # " + "y".repeat(1 << 20) + "\n");
        add(2, "    return bytearray(1 << 50)\n");
        add(2, "    import os; os._exit(0)\n");
        add(2, "    return 1 / 0\n");
    }

    @Test
    void results_are_the_samples_with_their_verdicts_whatever_the_number_of_workers() throws Exception {
        addOdd();
        ScoreReport report = score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "one", 1, false));
        assertThat(passAt(report, "", 1)).isEqualTo((1 / 2.0 + 0 / 6.0 + 1 / 4.0) / 3);
        assertThat(report.kinds().toString())
                .isEqualTo(
                        "{NONE=2, EMPTY=1, SYNTAX=3, IMPORT=1, ASSERTION=1, MEMORY=1, EXCEPTION=1, TIMEOUT=1, DIED=1}");
        List<ObjectNode> rows = new ArrayList<>();
        JsonLines.read(folder.resolve("one/results.jsonl"), line -> rows.add(line.object()));
        assertThat(rows).hasSize(samples.size());
        for (int i = 0; i < rows.size(); i++) {
            ObjectNode row = rows.get(i).deepCopy();
            assertThat(row.remove("passed").isBoolean()).isTrue();
            assertThat(row.remove("result").isTextual()).isTrue();
            assertThat(Json.ascii(row)).isEqualTo(samples.get(i));
        }
        assertThat(rows.get(1).get("result").asText()).isEqualTo("failed: ");
        assertThat(rows.get(5).get("result").asText()).isEqualTo("timed out");
        assertThat(rows.get(10).get("result").asText()).isEqualTo("timed out");
        assertThat(rows.get(11).get("result").asText()).isEqualTo("failed: division by zero");
        assertThat(Json.readObject(folder.resolve("one/summary.json"))
                        .get("task")
                        .asText())
                .isEqualTo("humaneval");
        assertThat(folder.resolve("one")).isDirectoryNotContaining("glob:**partial*");
        ScoreReport eight = score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "eight", 8, false));
        assertThat(eight.repeated()).isEqualTo(2);
        assertThat(results("eight")).isEqualTo(results("one"));
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "many", 32, false));
        assertThat(results("many")).isEqualTo(results("one"));
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "many", 32, false));
        assertThat(results("many")).as("once more, over what is there").isEqualTo(results("one"));
        assertThat(workers).hasSize(4).allMatch(one -> one > 0);
    }

    /** A disk with room for so many bytes. */
    private static final class SmallDisk implements WritableByteChannel {
        private final WritableByteChannel file;
        private int left;

        SmallDisk(WritableByteChannel file, int left) {
            this.file = file;
            this.left = left;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (left == 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer part = bytes.slice(bytes.position(), Math.min(left, bytes.remaining()));
            int count = file.write(part);
            bytes.position(bytes.position() + count);
            left -= count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Test
    void a_disk_that_fills_up_stops_the_run_and_the_next_one_goes_on() throws Exception {
        addOdd();
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "whole", 8, false));
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "full", 32, false);
        Scoring full = new Scoring(
                plan,
                () -> PythonInterpreter.find(Optional.empty(), System.getenv()),
                Sandbox.open(SandboxMode.BEST, ""),
                new Told(),
                file -> new SmallDisk(file, 900));
        assertThatThrownBy(full::run)
                .isInstanceOf(CodaException.class)
                .hasMessage("cannot write " + folder.resolve("full/scoring.partial.jsonl")
                        + ": No space left on device; free some space or write to another disk;"
                        + " the same command goes on from here");
        assertThat(Files.size(folder.resolve("full/scoring.partial.jsonl"))).isEqualTo(900);
        score(plan);
        assertThat(notes).anyMatch(note -> note.matches("going on: [1-9] of 12 samples are judged already"));
        assertThat(results("full")).isEqualTo(results("whole"));
    }

    @Test
    void a_run_that_was_killed_goes_on_and_gives_the_same_file() throws Exception {
        addOdd();
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "whole", 2, false));
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "killed", 2, false);
        ScoreListener stopping = new Told() {
            @Override
            public void judged(int done, int all, int alone) {
                if (done == 4) {
                    throw new CodaException("killed");
                }
            }
        };
        assertThatThrownBy(() -> score(plan, stopping)).hasMessage("killed");
        Path journal = folder.resolve("killed/scoring.partial.jsonl");
        // Half a line, as a kill leaves it.
        Files.write(journal, "{\"index\":7,\"pas".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
        score(plan);
        assertThat(notes).anyMatch(note -> note.matches("going on: [456] of 12 samples are judged already"));
        assertThat(results("killed")).isEqualTo(results("whole"));
        assertThat(Files.readString(folder.resolve("killed/summary.json")))
                .isEqualTo(Files.readString(folder.resolve("whole/summary.json")));
    }

    @Test
    void a_run_of_other_samples_is_not_gone_on_with() throws Exception {
        add(0, "    return x\n");
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, true);
        ScoreListener stopping = new Told() {
            @Override
            public void judged(int done, int all, int alone) {
                throw new CodaException("killed");
            }
        };
        assertThatThrownBy(() -> score(plan, stopping)).hasMessage("killed");
        add(1, "    return x\n");
        ScorePlan other = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, true);
        assertThatThrownBy(() -> score(other))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("scoring.partial.jsonl is of a run with other samples or settings");
    }

    @Test
    void evalplus_judges_base_and_plus_and_writes_its_own_file_too() throws Exception {
        add(0, "    return x\n");
        add(1, "    return x + 1 if x < 10 else 0\n");
        add(2, "    return x + 2.0\n");
        ScoreReport report = score(plan(Benchmark.HUMANEVAL_PLUS, Mode.EVALPLUS, "plus", 2, false));
        assertThat(passAt(report, "base", 1)).isEqualTo(1);
        assertThat(passAt(report, "plus", 1)).isEqualTo(2 / 3.0);
        assertThat(results("plus")).contains("\"base_status\":\"pass\",\"plus_status\":\"fail\"");
        ObjectNode written = Json.readObject(folder.resolve("plus/eval_results.json"));
        assertThat(written.get("eval")
                        .get("HumanEval/1")
                        .get(0)
                        .get("plus_status")
                        .asText())
                .isEqualTo("fail");
        assertThat(written.get("eval").get("HumanEval/1").get(0).get("solution").asText())
                .startsWith("def f(x):");
        assertThat(written.get("pass_at_k").get("base").get("pass@1").asDouble())
                .isEqualTo(1);
        assertThat(written.get("hash").asText()).hasSize(32);
    }

    @Test
    void a_folder_of_programs_is_read_as_evalplus_has_it() throws Exception {
        add(0, "x");
        for (int i = 0; i < 3; i++) {
            Path task = Files.createDirectories(folder.resolve("programs/HumanEval_" + i));
            Files.writeString(task.resolve("0.py"), "def f(x): return x + " + i);
        }
        ScorePlan lines = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, false);
        ScorePlan plan = new ScorePlan(
                lines.benchmark(),
                lines.mode(),
                lines.data(),
                folder.resolve("programs"),
                lines.out(),
                1,
                Optional.of(1.0),
                false);
        assertThat(passAt(score(plan), "", 1)).isEqualTo(1);
    }

    @Test
    void unknown_tasks_are_refused_and_by_evalplus_skipped_with_a_word() throws Exception {
        for (int i = 0; i < 4; i++) {
            add(i, "    return x + " + i);
        }
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, false);
        assertThatThrownBy(() -> score(plan))
                .isInstanceOf(CodaException.class)
                .hasMessage(plan.samples() + ", line 4: there is no task 'HumanEval/3' in humaneval");
        score(plan(Benchmark.HUMANEVAL_PLUS, Mode.EVALPLUS, "out", 1, false));
        assertThat(notes)
                .anyMatch(note -> note.endsWith(
                        "line 4: there is no task 'HumanEval/3' in humaneval+; skipped" + " with 0 more such samples"));
    }

    @Test
    void tasks_without_samples_are_an_error_unless_they_are_left_out() throws Exception {
        add(1, "    return x + 1");
        add(1, "    return x + 1");
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, false);
        assertThatThrownBy(() -> score(plan))
                .isInstanceOf(CodaException.class)
                .hasMessage(plan.samples() + " has no sample for 2 of 3 tasks: HumanEval/0, HumanEval/2; take"
                        + " --allow-missing to leave them out of pass@k");
        ScoreReport report = score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "out", 1, true));
        assertThat(passAt(report, "", 1)).isEqualTo(1);
        assertThat(report.samples()).as("the same answer twice is two samples").isEqualTo(2);
        assertThat(notes).contains("left out of pass@k, without a sample: 2 of 3 tasks: HumanEval/0, HumanEval/2");
    }

    @Test
    void lines_that_are_no_samples_are_refused_with_their_number() throws Exception {
        for (String line : List.of(
                "{\"completion\": \"x\"}",
                "{\"task_id\": \"HumanEval/0\"}",
                "{\"task_id\": \"a\", \"completion\": 3}")) {
            Path file = Files.writeString(folder.resolve("bad.jsonl"), "\n" + line + "\n");
            assertThatThrownBy(() -> Sample.read(file))
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith(file + ", line 2: the field \"");
        }
        Path broken = Files.writeString(folder.resolve("bad.jsonl"), "{\"task_id\": \n");
        assertThatThrownBy(() -> Sample.read(broken))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("line 1");
        Path empty = Files.writeString(folder.resolve("bad.jsonl"), "\n");
        assertThatThrownBy(() -> Sample.read(empty)).hasMessage(empty + " holds no samples");
    }

    @Test
    void output_that_cannot_be_written_is_said_before_anything_is_judged() throws Exception {
        add(1, "    return x + 1");
        Files.writeString(folder.resolve("file"), "");
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "file/out", 1, true);
        assertThatThrownBy(() -> score(plan))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("cannot write " + folder.resolve("file/out"));
        ScorePlan readOnly = plan.of(plan.samples(), Path.of("/proc/coda-scores"));
        assertThatThrownBy(() -> score(readOnly))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("cannot write /proc/coda-scores: ");
        assertThat(workers).as("nothing was started").isEmpty();
    }

    @Test
    void mbpp_plus_is_counted_as_evalplus_and_as_coda_counts_and_both_are_named() throws Exception {
        StringBuilder rows = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        for (int i = 3; i < 6; i++) {
            ObjectNode row = JsonNodeFactory.instance
                    .objectNode()
                    .put("task_id", "Mbpp/" + i)
                    .put("prompt", "\"\"\"double\"\"\"\n")
                    .put("entry_point", "double")
                    .put("canonical_solution", "\ndef double(x):\n    return 2 * x\n")
                    .put("atol", 0);
            row.putArray("base_input").addArray().add(1);
            row.putArray("plus_input").addArray().add(1000);
            rows.append(Json.ascii(row)).append('\n');
            ObjectNode other = JsonNodeFactory.instance
                    .objectNode()
                    .put("task_id", i)
                    .put("prompt", "double")
                    .put("code", "")
                    .put("test", "");
            other.putArray("test_list").add("assert double(3) == 6");
            shown.append(Json.ascii(other)).append('\n');
        }
        Files.writeString(folder.resolve("MbppPlus.jsonl"), rows);
        String[] answers = {
            "def double(x): return 2 * x", "def double(x): return 2 * x if x < 9 else 0", "def double(x): return 6"
        };
        for (int i = 3; i < 6; i++) {
            samples.add(Json.ascii(Json.of(Map.of("task_id", "Mbpp/" + i, "solution", answers[i - 3]))));
        }
        score(plan(Benchmark.MBPP_PLUS, Mode.EVALPLUS, "alone", 1, false));
        assertThat(notes)
                .contains("the visible asserts alone, as CoDA counts, are not scored: there is no"
                        + " MbppPlus-OriginFmt.jsonl.gz in " + folder);
        Files.writeString(folder.resolve("MbppPlus-OriginFmt.jsonl"), shown);
        ScoreReport report = score(plan(Benchmark.MBPP_PLUS, Mode.EVALPLUS, "both", 1, false));
        assertThat(passAt(report, "base", 1)).isEqualTo(2 / 3.0);
        assertThat(passAt(report, "plus", 1)).isEqualTo(1 / 3.0);
        assertThat(passAt(report, "coda", 1)).isEqualTo(1);
        assertThat(report.lines().get(1)).endsWith(", EvalPlus's base and added inputs: its MBPP+");
        assertThat(report.lines().get(2))
                .startsWith("coda pass@1 1.0000 ")
                .endsWith(", the task's own asserts alone: MBPP+ as CoDA's evaluation counts it");
        assertThat(results("both")).contains("\"plus_status\":\"fail\",\"coda_status\":\"pass\"");
        assertThat(passAt(score(plan(Benchmark.MBPP_PLUS, Mode.CODA, "coda", 1, false)), "coda", 1))
                .isEqualTo(1);
        assertThat(Json.readObject(folder.resolve("both/eval_results.json")).get("pass_at_k"))
                .hasSize(2);
    }

    @Test
    void an_answer_of_fifty_megabytes_is_judged() throws Exception {
        add(1, "    return x + 1 # " + "z".repeat(50 << 20));
        ScorePlan plan = plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "large", 1, true);
        ScoreReport report = score(new ScorePlan(
                plan.benchmark(), plan.mode(), plan.data(), plan.samples(), plan.out(), 1, Optional.of(120.0), true));
        assertThat(passAt(report, "", 1)).isEqualTo(1);
    }

    @Test
    void results_compare_task_by_task() throws Exception {
        for (int i = 0; i < 3; i++) {
            add(i, "    return x + 1");
        }
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "a", 1, false));
        samples.clear();
        for (int i = 0; i < 3; i++) {
            add(i, "    return x + 2");
        }
        score(plan(Benchmark.HUMANEVAL, Mode.HUMAN_EVAL, "b", 1, false));
        Comparison comparison = Comparison.of(folder.resolve("a"), folder.resolve("b"));
        assertThat(comparison.gained()).containsExactly("HumanEval/2");
        assertThat(comparison.lost()).containsExactly("HumanEval/1");
        assertThat(comparison.difference().value()).isZero();
        assertThat(comparison.difference().low()).isNegative();
        Files.writeString(folder.resolve("a/results.jsonl"), "{\"task_id\":\"HumanEval/9\",\"passed\":true}");
        assertThatThrownBy(() -> Comparison.of(folder.resolve("a"), folder.resolve("b")))
                .hasMessageContaining("has no sample of HumanEval/9, which");
    }

    @Test
    void a_python_that_is_missing_or_none_is_said_with_what_to_do() {
        assertThatThrownBy(() -> PythonInterpreter.find(Optional.empty(), Map.of("PATH", folder.toString())))
                .isInstanceOf(CodaException.class)
                .hasMessageContaining("no Python: answers in Python are judged by Python 3.9 or newer; install it");
        assertThatThrownBy(() -> PythonInterpreter.find(Optional.of("/bin/false"), Map.of()))
                .hasMessageContaining("no Python (/bin/false: it is no Python 3)");
    }

    @Test
    void an_old_python_is_refused_with_its_version() throws Exception {
        Path old = Files.writeString(
                folder.resolve("python3"),
                "#!/bin/sh\necho '{\"version\": [3, 7, 2], \"path\": [], \"prefixes\": []}'\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        assertThatThrownBy(() -> PythonInterpreter.find(Optional.empty(), Map.of("PATH", folder.toString())))
                .isInstanceOf(CodaException.class)
                .hasMessageStartingWith("Python 3.7 is too old");
    }
}
