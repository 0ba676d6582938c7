package io.github.coda4j.train;

import java.nio.file.Path;

/** A metrics sink as a config describes it. Settings of equal options are equal: take a record. */
@FunctionalInterface
public interface MetricsSinkSettings {
    /**
     * Opens the sink of a run. Only rank 0 does; it closes it at the end of the run.
     *
     * @param run the run's folder, which is there
     * @param step the last step that counts: what an earlier process said about later ones is made again
     * @throws io.github.coda4j.CodaException when it cannot be opened, which ends the run before its first step
     */
    MetricsSink open(Path run, long step);
}
