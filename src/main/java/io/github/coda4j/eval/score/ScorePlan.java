package io.github.coda4j.eval.score;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import java.nio.file.Path;

/**
 * What is scored, and how.
 *
 * @param samples file or folder of samples
 * @param out folder for results
 * @param workers how many samples are judged at once, 1 to 256
 * @param seconds how long a program may run in human-eval's mode
 * @param allowMissing whether tasks without samples are left out; otherwise they are an error
 */
public record ScorePlan(
        Benchmark benchmark,
        Mode mode,
        DataFolder data,
        Path samples,
        Path out,
        int workers,
        double seconds,
        boolean allowMissing) {
    private static final int MOST_WORKERS = 256;

    public ScorePlan {
        check(benchmark.modes().contains(mode), "the task %s is not judged as %s", benchmark.label(), mode);
        check(
                1 <= workers && workers <= MOST_WORKERS,
                "the number of workers must be 1 to %d, got %d",
                MOST_WORKERS,
                workers);
        check(seconds > 0 && seconds <= 3600, "a program may run up to 3600 seconds, more than 0, got %s", seconds);
    }
}
