package io.github.coda4j.train;

import io.github.coda4j.Closing;
import io.github.coda4j.model.training.TrainedModel;
import io.github.coda4j.model.training.TrainingPass;

/** A model that libtorch's devices compute, on one rank or several. */
final class HostLearner implements Learner {
    private final TrainConfig config;
    private final RowShare share;
    private final TrainingPass pass;
    private final Updater updater;
    private final PeakUse costs;
    private final Closing closing = new Closing();

    /** One that closes pass and updater. */
    HostLearner(TrainConfig config, RowShare share, TrainingPass pass, Updater updater, PeakUse costs) {
        this.config = config;
        this.share = share;
        this.pass = pass;
        this.updater = updater;
        this.costs = costs;
    }

    @Override
    public TrainedModel model() {
        return pass;
    }

    @Override
    public RankOptimizer optimizer() {
        return updater;
    }

    @Override
    public Stepper steps(BatchFeed feed) {
        return new TrainingRun(
                share,
                feed,
                pass,
                updater,
                config.schedule(),
                config.optimizer().clip(),
                costs);
    }

    @Override
    public int rowsAtATime() {
        return config.batch().microRows();
    }

    @Override
    public void close() {
        closing.once(() -> Closing.all(updater, pass));
    }
}
