package io.github.coda4j.train;

import io.github.coda4j.model.training.TrainedModel;

/** What learns in a run, wherever it is computed: a model, its optimizer, and how a step is made. */
interface Learner extends AutoCloseable {
    TrainedModel model();

    RankOptimizer optimizer();

    /** Steps on the batches of a feed, which begins with the step after the optimizer's last one. */
    Stepper steps(BatchFeed feed);

    /** How many rows are measured at a time. */
    int rowsAtATime();

    @Override
    void close();
}
