package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers that the field's own checkers judged get the same verdict here. By default every so-many-th row of a kind is
 * run, and none that hangs on purpose; {@code -Dverdicts=all} runs all of them.
 */
@Tag("process")
class VerdictGoldenTest {
    private static final boolean ALL = "all".equals(System.getProperty("verdicts"));
    private static final int WORKERS = 2;

    private record Row(String task, String completion, String kind, boolean passed, String line) {}

    @ParameterizedTest
    @CsvSource({
        "humaneval,25",
        "mbpp,25",
        "infill-single,20",
        "infill-multi,20",
        "infill-random,20",
        "humaneval+,60",
        "mbpp+,60"
    })
    void answers_are_judged_as_the_originals_judged_them(String name, int every) throws Exception {
        Benchmark benchmark = Benchmark.of(name);
        Mode mode = benchmark.modes().getFirst();
        Map<String, Problem> problems = benchmark
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), mode)
                .problems();
        List<Row> rows = rows(name, ALL ? 1 : every);
        assertThat(rows).hasSizeGreaterThan(ALL ? 300 : 12);
        Queue<Row> waiting = new ConcurrentLinkedQueue<>(rows);
        Queue<Row> differing = new ConcurrentLinkedQueue<>();
        Sandbox sandbox = Sandbox.open(SandboxMode.REQUIRED, "");
        PythonInterpreter python = PythonInterpreter.find(Optional.empty(), System.getenv());
        try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            Callable<Void> work = () -> {
                try (PythonJudge judge = new PythonJudge(python, sandbox)) {
                    for (Row row = waiting.poll(); row != null; row = waiting.poll()) {
                        if (passed(judge, benchmark, problems.get(row.task()), row.completion()) != row.passed()) {
                            differing.add(row);
                        }
                    }
                }
                return null;
            };
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(WORKERS, work))) {
                done.get();
            }
        }
        // On a loaded machine a right answer may run out of time: once more, alone.
        List<String> wrong = new ArrayList<>();
        try (PythonJudge judge = new PythonJudge(python, sandbox)) {
            for (Row row : differing) {
                if (passed(judge, benchmark, problems.get(row.task()), row.completion()) != row.passed()) {
                    wrong.add(row.kind() + " " + row.line());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean passed(PythonJudge judge, Benchmark benchmark, Problem problem, String completion) {
        if (benchmark.modes().getFirst() == Mode.EVALPLUS) {
            boolean mbpp = benchmark == Benchmark.MBPP_PLUS;
            String program = mbpp ? completion : problem.prompt() + completion;
            return judge.check(problem, mbpp, program, PythonJudge.Part.BASE).passed()
                    && judge.check(problem, mbpp, program, PythonJudge.Part.PLUS)
                            .passed();
        }
        String program =
                benchmark.wantsWholePrograms() ? problem.assertProgram(completion) : problem.checkProgram(completion);
        return judge.run(program, PythonJudge.HUMAN_EVAL_SECONDS).passed();
    }

    @ParameterizedTest
    @CsvSource({"humaneval+,human-eval,40", "mbpp+,coda,40"})
    void canonical_solutions_pass_in_the_other_ways_of_counting(String name, String way, int every) {
        Benchmark benchmark = Benchmark.of(name);
        Mode mode = benchmark.mode(way);
        Map<String, Problem> problems = benchmark
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), mode)
                .problems();
        List<String> failed = new ArrayList<>();
        int index = 0;
        try (PythonJudge judge = new PythonJudge(
                PythonInterpreter.find(Optional.empty(), System.getenv()), Sandbox.open(SandboxMode.BEST, ""))) {
            for (Problem problem : problems.values()) {
                if (ALL || index++ % every == 0) {
                    String program = mode == Mode.CODA
                            ? problem.assertProgram(problem.canonical())
                            : problem.checkProgram(problem.canonical());
                    // EvalPlus's tests import numpy: what it says is of the interpreter, not of the program.
                    Verdict verdict = judge.run(program, 60);
                    if (mode == Mode.CODA && verdict.raised().equals("NameError")) {
                        // That way leaves out the imports that some asserts need: nothing else is wrong.
                        verdict = judge.run("import math\n" + program, 60);
                    }
                    if (!verdict.passed() && !verdict.raised().equals("ModuleNotFoundError")) {
                        failed.add(problem.id() + ": " + verdict);
                    }
                }
            }
        }
        assertThat(failed).isEmpty();
    }

    private static List<Row> rows(String set, int every) {
        Path file = SharedData.evalGoldens().resolve("verdicts.jsonl.gz");
        List<Row> all = new ArrayList<>();
        JsonLines.read(file, line -> {
            ObjectNode row = line.object();
            boolean hangs = row.path("class").asText().equals("timed_out")
                    || row.path("base").asText().equals("timeout");
            if (row.get("set").asText().equals(set) && !row.has("artefact") && (ALL || !hangs)) {
                all.add(row(row, line.text()));
            }
        });
        List<Row> chosen = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % every == 0) {
                chosen.add(all.get(i));
            }
        }
        // Those of one task together: its reference outcomes are found once.
        chosen.sort(Comparator.comparing(Row::task));
        return chosen;
    }

    private static Row row(ObjectNode row, String line) {
        return new Row(
                row.get("task_id").asText(),
                row.get("completion").textValue(),
                row.get("kind").asText(),
                row.get("passed").booleanValue(),
                line);
    }
}
