package io.github.coda4j.eval.score;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is scored, and how.
 *
 * @param samples file or folder of samples
 * @param out folder for results
 * @param workers how many samples are judged at once, 1 to 256
 * @param timeout how long a program may run, in seconds up to 3600; empty for the mode's own limit
 * @param allowMissing whether tasks without samples are left out; otherwise they are an error
 */
public record ScorePlan(
        Benchmark benchmark,
        Mode mode,
        DataFolder data,
        Path samples,
        Path out,
        int workers,
        Optional<Double> timeout,
        boolean allowMissing) {
    private static final int MOST_WORKERS = 256;

    public ScorePlan {
        check(benchmark.modes().contains(mode), "the task %s is not judged as %s", benchmark.label(), mode);
        check(
                1 <= workers && workers <= MOST_WORKERS,
                "the number of workers must be 1 to %d, got %d",
                MOST_WORKERS,
                workers);
        check(
                timeout.isEmpty() || limits(benchmark, mode),
                "--timeout has no effect on %s in the mode %s: leave it out",
                benchmark.label(),
                mode);
        double most = timeout.orElse(1.0);
        check(most > 0 && most <= 3600, "a program may run up to 3600 seconds, more than 0, got %s", most);
    }

    /** The same for other samples, with results in another folder. */
    public ScorePlan of(Path otherSamples, Path otherOut) {
        return new ScorePlan(benchmark, mode, data, otherSamples, otherOut, workers, timeout, allowMissing);
    }

    private static boolean limits(Benchmark benchmark, Mode mode) {
        return benchmark.runs(mode) && mode.seconds() > 0;
    }

    /** Whether there is one limit of time for all programs. */
    public boolean limits() {
        return limits(benchmark, mode);
    }

    /** How long a program may run, in seconds; 0 where there is no one limit for all. */
    public double seconds() {
        return timeout.orElse(mode.seconds());
    }
}
