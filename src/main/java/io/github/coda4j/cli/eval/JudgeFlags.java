package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.score.ScoreListener;
import io.github.coda4j.eval.score.ScorePlan;
import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.score.Scoring;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How answers are judged: the options of every command that does. */
final class JudgeFlags {
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

    @Mixin
    ProgramFlags programs = new ProgramFlags();

    /** A set and a way of judging answers to it. */
    record Way(Benchmark benchmark, Mode mode) {
        boolean runs() {
            return benchmark.runs(mode);
        }

        boolean isTimed() {
            return runs() && mode.seconds() > 0;
        }

        @Override
        public String toString() {
            return benchmark.label() + " in the mode " + mode;
        }
    }

    /** @throws IllegalArgumentException when a value is wrong, or has no effect in any of these ways */
    void verify(List<Way> ways) {
        String named = ways.stream().map(Way::toString).collect(Collectors.joining(", "));
        programs.sandboxMode();
        check(
                seconds.isEmpty() || ways.stream().anyMatch(Way::isTimed),
                "--timeout has no effect on %s: leave it out",
                named);
        check(
                programs.sandbox.isEmpty() || ways.stream().anyMatch(Way::runs),
                "--sandbox has no effect on %s, which runs nothing: leave it out",
                named);
        check(
                programs.python.isEmpty()
                        || ways.stream()
                                .anyMatch(way -> way.runs() && way.benchmark().isPython()),
                "--python has no effect on %s: leave it out",
                named);
    }

    /** The Python that is named, or found. */
    PythonInterpreter python(World world) {
        return programs.python(world);
    }

    /** Where programs are run. */
    Sandbox sandbox(World world) {
        return programs.sandbox(world);
    }

    /**
     * What is scored, and how.
     *
     * @param allowMissing whether tasks without samples are left out
     */
    ScorePlan plan(Benchmark benchmark, Mode mode, DataFolder data, Path samples, Path out, boolean allowMissing) {
        return new ScorePlan(
                benchmark,
                mode,
                data,
                samples,
                out,
                workers.orElse(Runtime.getRuntime().availableProcessors()),
                seconds.filter(_ -> new Way(benchmark, mode).isTimed()),
                allowMissing);
    }

    /** Scores samples and tells how far it is. */
    ScoreReport score(World world, Interrupt interrupt, ScorePlan plan, StatusLine status) {
        Sandbox place = sandbox(world);
        if (!place.missing().isEmpty() && new Way(plan.benchmark(), plan.mode()).runs()) {
            status.note("the sandbox is not complete; missing: " + String.join(", ", place.missing()));
        }
        Console console = new Console(interrupt, status);
        ScoreReport report = new Scoring(plan, () -> python(world), place, console).run();
        console.end(plan.workers());
        return report;
    }

    /** The same of a part of a set in the course of more: what is there already is taken, and less is told. */
    ScoreReport scoreOnce(World world, Interrupt interrupt, ScorePlan plan, StatusLine status) {
        return new Scoring(plan, () -> python(world), sandbox(world), new Console(interrupt, status) {
                    @Override
                    public void leftOut(String line) {}

                    @Override
                    public void worker(double start, double imports, double program) {}
                })
                .runOnce();
    }

    /** Says what programs run without. */
    void tellSandbox(World world, List<Way> ways) {
        List<String> missing = sandbox(world).missing();
        if (!missing.isEmpty() && ways.stream().anyMatch(Way::runs)) {
            world.note("the sandbox is not complete; missing: " + String.join(", ", missing));
        }
    }

    /** Tells how far it is, with the time that is left. */
    private static class Console implements ScoreListener {
        private final Interrupt interrupt;
        private final StatusLine status;
        private final Remaining remaining = new Remaining();
        private final long begin = System.nanoTime();
        private int first = -1;
        private int judged;

        Console(Interrupt interrupt, StatusLine status) {
            this.interrupt = interrupt;
            this.status = status;
        }

        /** How fast it was; nothing where all was judged before. */
        synchronized void end(int workers) {
            if (first >= 0) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                int count = judged - first;
                status.note(String.format(
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
            status.note(line);
        }

        @Override
        public void worker(double start, double imports, double program) {
            status.note(String.format(
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
            judged = done;
            String left = remaining.after(done, all);
            status.show(() -> String.format(
                    Locale.ROOT,
                    "judged %,d of %,d samples, %s%s",
                    done,
                    all,
                    left,
                    alone == 0 ? "" : "; " + alone + " ran out of time or died and are judged again alone"));
        }
    }
}
