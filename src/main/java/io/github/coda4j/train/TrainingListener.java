package io.github.coda4j.train;

import io.github.coda4j.data.Split;
import io.github.coda4j.model.VocabularyFit;
import java.nio.file.Path;

/** Somebody who looks on while a {@link Training} runs. Only rank 0's is told; calls come from the training thread. */
public interface TrainingListener extends MetricsSink {
    /** One that does not listen. */
    TrainingListener NONE = new TrainingListener() {};

    /** The run goes on from this checkpoint. */
    default void resuming(Path checkpoint) {}

    /** Going on was asked for, but the run's folder has no checkpoint: the run begins. */
    default void nothingToResume(Path run) {}

    /** The shape and the vocabulary of random parameters. */
    default void vocabulary(VocabularyFit fit) {}

    /**
     * Instructions that do not fit into a row.
     *
     * @param tooLong how many, of {@code examples}
     * @param length positions of a row
     */
    default void examplesLeftOut(Split split, long tooLong, long examples, int length) {}

    /**
     * The held-out data has fewer rows than the config asks to measure; all of them are measured.
     *
     * @param data folder of the held-out data
     */
    default void fewerHeldOut(Path data, long rows, int asked) {}

    /**
     * A step was faster than the peak of the products that MFU is a part of, which therefore was measured again.
     *
     * @param before operations per second of all ranks
     * @param now what counts from here on
     */
    default void peakRaised(double before, double now) {}

    /** All is read and checked; the first step comes next. */
    default void started(TrainingStart start) {}

    @Override
    default void step(StepMetrics metrics) {}

    @Override
    default void heldOut(HeldOutMetrics metrics) {}
}
