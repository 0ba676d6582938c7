package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.model.training.TrainedModel;
import io.github.coda4j.pjrt.PjrtException;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A run from where it stands to its last step: steps, measurements on held-out data, checkpoints, and an orderly stop
 * when one is asked for. Every rank runs the same loop; rank 0 writes.
 */
public final class TrainingLoop {
    private final Settings settings;
    private final Stepper run;
    private final TrainedModel model;
    private final RankOptimizer optimizer;
    private final Optional<HeldOutLoss> heldOut;
    private final Checkpoints checkpoints;
    private final MetricsSink sink;
    private final BooleanSupplier stopWanted;
    private RunState state;

    /**
     * What a loop does when.
     *
     * @param steps of the whole run
     * @param globalRows rows per step over all ranks
     * @param heldOutEvery steps between measurements; 0 measures with checkpoints only
     * @param saveEvery steps between checkpoints; the last step always has one
     * @param tokenizer folder whose tokenizer files go into each checkpoint
     * @param configYaml the effective config, kept with each checkpoint
     * @param folder of the run, where a batch that breaks it is written
     */
    public record Settings(
            long steps,
            int globalRows,
            long heldOutEvery,
            long saveEvery,
            Optional<Path> tokenizer,
            String configYaml,
            Path folder) {
        public Settings {
            check(steps > 0, "a run has at least 1 step, got %d", steps);
            check(globalRows > 0, "the batch must have at least 1 row, got %d", globalRows);
            check(heldOutEvery >= 0, "steps between held-out measurements must not be negative, got %d", heldOutEvery);
            check(saveEvery > 0, "steps between checkpoints must be positive, got %d", saveEvery);
        }
    }

    /** How a loop ended. */
    public enum Outcome {
        FINISHED,
        STOPPED
    }

    /**
     * A loop over parts that it does not own.
     *
     * @param state where the run stands: what parameters and optimizer were restored from
     * @param sink of rank 0; the others give one that does nothing
     * @param stopWanted whether this process was asked to end; the step under way is finished and saved
     */
    public TrainingLoop(
            Settings settings,
            RunState state,
            Stepper run,
            TrainedModel model,
            RankOptimizer optimizer,
            Optional<HeldOutLoss> heldOut,
            Checkpoints checkpoints,
            MetricsSink sink,
            BooleanSupplier stopWanted) {
        this.settings = settings;
        this.state = state;
        this.run = run;
        this.model = model;
        this.optimizer = optimizer;
        this.heldOut = heldOut;
        this.checkpoints = checkpoints;
        this.sink = sink;
        this.stopWanted = stopWanted;
    }

    /**
     * Runs until the last step or an orderly stop; both end with a checkpoint.
     *
     * @throws CodaException when a step's loss is not finite (the batch is written out and the last good checkpoint
     *     named), a checkpoint cannot be written, or another rank is lost
     */
    public Outcome run() {
        while (state.step() < settings.steps()) {
            StepMetrics metrics = step();
            state = state.after(settings.globalRows(), metrics.tokens());
            sink.step(metrics);
            boolean stop = anyRankWantsToStop();
            boolean save = stop || isDue(settings.saveEvery()) || state.step() == settings.steps();
            if (heldOut.isPresent() && (save || isDue(settings.heldOutEvery()))) {
                HeldOutMetrics measured = heldOut.get().measure(state.step());
                sink.heldOut(measured);
                state = save ? state.measured(measured.loss()) : state;
            }
            if (save) {
                save();
            }
            if (stop && state.step() < settings.steps()) {
                return Outcome.STOPPED;
            }
        }
        return Outcome.FINISHED;
    }

    private StepMetrics step() {
        try {
            return run.step();
        } catch (TrainingDivergedException e) {
            Path batch = BadBatch.write(settings.folder(), e.batch(), optimizer.rank());
            throw new CodaException(
                    e.getMessage() + "; its batch is in " + batch + "; " + lastGood()
                            + "; lower the learning rate or look at the data before you go on",
                    e);
        } catch (PjrtException e) {
            throw new CodaException(e.getMessage() + "; " + lastGood(), e);
        }
    }

    private boolean isDue(long every) {
        return every > 0 && state.step() % every == 0;
    }

    /** Ranks hear of an end at different times; they agree on the step. */
    private boolean anyRankWantsToStop() {
        return optimizer.sum(stopWanted.getAsBoolean() ? 1 : 0)[0] > 0;
    }

    private void save() {
        Optional<CodaException> problem = Optional.empty();
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> remembered = optimizer.state();
            if (optimizer.rank() == 0) {
                try {
                    checkpoints.write(
                            state,
                            model.parameters(),
                            model.config(),
                            remembered,
                            settings.tokenizer(),
                            settings.configYaml());
                } catch (CodaException e) {
                    problem = Optional.of(new CodaException(
                            "the checkpoint of step " + state.step() + " could not be written: " + e.getMessage() + "; "
                                    + lastGood(),
                            e));
                }
            }
        }
        boolean failed = optimizer.sum(problem.isPresent() ? 1 : 0)[0] > 0;
        if (failed) {
            throw problem.orElseGet(() -> CodaException.of(
                    "rank 0 could not write the checkpoint of step %d; see its message", state.step()));
        }
    }

    private String lastGood() {
        return checkpoints
                .newest()
                .map(path -> "the last good checkpoint is " + path + ", --resume goes on from it")
                .orElse("there is no checkpoint yet");
    }

    /** Where the run stands now. */
    public RunState state() {
        return state;
    }
}
