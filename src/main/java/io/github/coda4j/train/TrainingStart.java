package io.github.coda4j.train;

/**
 * What a run is going to do.
 *
 * @param parameters of the model, a tied head counted once
 * @param rows of the training data
 * @param length positions of a row
 */
public record TrainingStart(TrainConfig config, long parameters, long rows, int length) {
    /** Positions of the training data. */
    public long tokens() {
        return rows * length;
    }

    /** How often the run reads each row, on average. */
    public double epochs() {
        return (double) config.lastStep() * config.batch().rows() / rows;
    }
}
