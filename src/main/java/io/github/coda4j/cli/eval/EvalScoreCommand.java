package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.sanitize.SanitizerKind;
import io.github.coda4j.eval.score.Comparison;
import io.github.coda4j.eval.score.SanitizedSamples;
import io.github.coda4j.eval.score.ScoreListener;
import io.github.coda4j.eval.score.ScorePlan;
import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.score.Scoring;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.files.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda eval score}. */
@Command(
        name = "score",
        sortOptions = false,
        description = {
            "Judge answers to the tasks of a set and print pass@k.",
            "",
            "Samples are lines with task_id and completion (what follows the prompt) or solution (the whole",
            "program), in human-eval's or EvalPlus's format. DIR/results.jsonl has each line with \"passed\" and",
            "\"result\", DIR/summary.json the scores and what they depend on.",
            "A run that was killed goes on where it was.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval score --task humaneval --samples samples.jsonl --out scores",
            "  coda eval score --task mbpp+ --mode coda --samples samples.jsonl.gz --out scores"
        })
final class EvalScoreCommand implements Callable<Integer> {
    private static final int TENTHS = 10;

    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--task", required = true, paramLabel = "TASK", description = "The set, for example humaneval+.")
    String task;

    @Option(
            names = "--samples",
            required = true,
            paramLabel = "FILE",
            description = "Samples, packed by gzip or not; or a folder of programs as EvalPlus has them.")
    Path samples;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where results are written.")
    Path out;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "Whose way of judging: human-eval, evalplus, coda (MBPP+ by its visible asserts alone), exact, "
                            + "safim, multipl-e or humaneval-x, as far as the task has it (default: the set's own).")
    Optional<String> mode = Optional.empty();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many samples are judged at once (default: the number of processors).")
    Optional<Integer> workers = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long a program may run (default: 3 in the modes human-eval and coda, 6 on each input in "
                    + "safim, 15 in multipl-e and humaneval-x; evalplus has limits of its own).")
    Optional<Double> seconds = Optional.empty();

    @Option(names = "--allow-missing", description = "Leave tasks without samples out of pass@k.")
    boolean allowMissing;

    @Option(
            names = "--sandbox",
            paramLabel = "MODE",
            description = "required: a complete sandbox or nothing is run; best: what this system has; off; bwrap: "
                    + "bubblewrap (default: best).")
    Optional<String> sandbox = Optional.empty();

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "The Python that runs programs (default: the variable CODA_PYTHON, else python3).")
    Optional<String> python = Optional.empty();

    @Option(
            names = "--sanitizer",
            paramLabel = "WHOSE",
            description = "HumanEval: judge what keep (ours), coda or evalplus takes out of the answers; each judges "
                    + "all three, in folders of their names, and prints the differences (default: texts as they are).")
    Optional<String> sanitizer = Optional.empty();

    @Option(names = "--json", description = "Print the summary as JSON.")
    boolean json;

    @Mixin
    DataFlags data;

    EvalScoreCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        Benchmark benchmark = Benchmark.of(task);
        Mode chosen = mode.map(benchmark::mode).orElse(benchmark.modes().getFirst());
        SandboxMode confined = sandboxMode();
        boolean runs = benchmark.runs(chosen);
        sanitizers(benchmark);
        check(
                sandbox.isEmpty() || runs,
                "--sandbox has no effect on %s in the mode %s, which runs nothing: leave it out",
                task,
                chosen);
        check(
                python.isEmpty() || (runs && benchmark.isPython()),
                "--python has no effect on %s in the mode %s: leave it out",
                task,
                chosen);
        ScorePlan plan = new ScorePlan(
                benchmark,
                chosen,
                data.folder(world),
                samples,
                out,
                workers.orElse(Runtime.getRuntime().availableProcessors()),
                seconds,
                allowMissing);
        Sandbox place = Sandbox.open(confined, world.environment().getOrDefault("PATH", ""));
        if (!place.missing().isEmpty() && runs) {
            world.note("the sandbox is not complete; missing: " + String.join(", ", place.missing()));
        }
        interrupt.check();
        if (sanitizer.isPresent()) {
            sanitized(plan, place);
            return ExitCodes.OK;
        }
        ScoreReport report = score(plan, place);
        if (json) {
            world.out().print(Json.pretty(report.json()));
        } else {
            report.lines().forEach(world.out()::println);
        }
        return ExitCodes.OK;
    }

    private ScoreReport score(ScorePlan plan, Sandbox place) {
        Console console = new Console();
        ScoreReport report =
                new Scoring(plan, () -> PythonInterpreter.find(python, world.environment()), place, console).run();
        console.end(plan.workers());
        return report;
    }

    private List<SanitizerKind> sanitizers(Benchmark benchmark) {
        if (sanitizer.isEmpty()) {
            return List.of();
        }
        check(
                SanitizedSamples.knows(benchmark),
                "--sanitizer is for humaneval and humaneval+, got %s: leave it out",
                benchmark.label());
        if (sanitizer.get().equals("each")) {
            check(!json, "--json is for one score: leave it out with --sanitizer each");
            return List.of(SanitizerKind.values());
        }
        return List.of(SanitizerKind.of(sanitizer.get())
                .orElseThrow(() -> new IllegalArgumentException("--sanitizer must be each or one of "
                        + String.join(", ", SanitizerKind.labels()) + ", got '" + sanitizer.get() + "'")));
    }

    /** Judges what sanitizers make of the answers, each in a folder of its own where there are several. */
    private void sanitized(ScorePlan plan, Sandbox place) {
        List<SanitizerKind> kinds = sanitizers(plan.benchmark());
        Optional<Path> first = Optional.empty();
        for (SanitizerKind kind : kinds) {
            Path folder = kinds.size() == 1 ? plan.out() : plan.out().resolve(kind.label());
            Path file = folder.resolve("samples.jsonl");
            try (Sanitizer takes = new Sanitizer(PythonInterpreter.find(python, world.environment()), place)) {
                SanitizedSamples.write(plan.benchmark(), plan.mode(), plan.data(), plan.samples(), kind, takes, file);
            }
            ScoreReport report = score(plan.of(file, folder), place);
            if (json) {
                world.out().print(Json.pretty(report.json()));
            } else {
                report.lines().forEach(line -> world.out().println("sanitizer " + kind.label() + ": " + line));
            }
            first.ifPresent(base -> difference(base, folder));
            first = first.or(() -> Optional.of(folder));
        }
    }

    private void difference(Path ours, Path theirs) {
        Comparison.of(ours, theirs).lines().forEach(line -> world.out().println("  to keep: " + line));
    }

    private SandboxMode sandboxMode() {
        String name = sandbox.orElse("best");
        try {
            return SandboxMode.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--sandbox must be required, best, off or bwrap, got '" + name + "'", e);
        }
    }

    /** Tells every tenth, with the time that is left. */
    private final class Console implements ScoreListener {
        private final long begin = System.nanoTime();
        private int first = -1;
        private int told;
        private int judged;

        /** How fast it was; nothing where all was judged before. */
        synchronized void end(int workers) {
            if (first >= 0) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                int count = judged - first;
                world.note(String.format(
                        Locale.ROOT,
                        "judged %,d samples in %.1f s by %d workers at once, %.1f a second",
                        count,
                        seconds,
                        workers,
                        count / seconds));
            }
        }

        @Override
        public void note(String line) {
            world.note(line);
        }

        @Override
        public void worker(double start, double imports, double program) {
            world.note(String.format(
                    Locale.ROOT,
                    "a worker starts in %.0f ms, %.0f ms of them imports; an empty program takes %.0f ms",
                    1e3 * start,
                    1e3 * imports,
                    1e3 * program));
        }

        @Override
        public synchronized void judged(int done, int all, int alone) {
            // What is judged is written: the same command goes on from here.
            interrupt.check();
            if (first < 0) {
                first = done - 1;
            }
            int tenth = done * TENTHS / all;
            if (tenth > told) {
                told = tenth;
                double passed = (System.nanoTime() - begin) / 1e9;
                double left = passed / (done - first) * (all - done);
                world.note(String.format(
                        Locale.ROOT,
                        "judged %,d of %,d samples, about %.0f s left%s",
                        done,
                        all,
                        left,
                        alone == 0 ? "" : "; " + alone + " ran out of time or died and are judged again alone"));
            }
            this.judged = done;
        }
    }
}
