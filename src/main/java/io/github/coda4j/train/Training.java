package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.masking.MaskingRule;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.ParameterWriter;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.products.ProductPeak;
import io.github.coda4j.train.device.Accelerator;
import io.github.coda4j.train.device.PluginUse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A training run from its config to the finished model: the way in for the command line, for a server and for programs
 * that embed this. Everything that a run needs - the run's folder, parameters, data, masks, optimizer, sinks - is
 * opened from the config, and closed when it ends.
 */
public final class Training {
    /** Smaller steps are not compared with the product peak: measuring that would take longer than they do. */
    private static final double LEAST_COMPARED_OPERATIONS = 5e10;

    private static final int PEAK_ROUNDS = 2;
    private static final double GIGA = 1e9;

    private final TrainConfig config;
    private final RankGroup ranks;
    private final RowShare share;
    private final TrainingListener listener;
    private final Optional<PjrtClient> accelerator;
    private final PassOptions compute;

    private Training(
            TrainConfig config,
            RankGroup ranks,
            RowShare share,
            TrainingListener listener,
            Optional<PjrtClient> accelerator) {
        this.config = config;
        this.accelerator = accelerator;
        this.ranks = ranks;
        this.share = share;
        this.listener = listener;
        this.compute = config.compute().pass(ranks.share(Runtime.getRuntime().availableProcessors()));
    }

    /**
     * A run that has not begun; nothing is read yet.
     *
     * @param ranks the processes that train together, of which this is one; the caller closes it.
     *     {@link RankGroup#alone} for a run in one process
     * @param listener told of what happens if this is the first rank
     * @throws IllegalArgumentException when the ranks cannot share the batch
     */
    public static Training open(TrainConfig config, RankGroup ranks, TrainingListener listener) {
        config.compute().plugin().ifPresent(plugin -> {
            throw new IllegalArgumentException(
                    "the run computes on " + plugin + ": open that and give it to the training");
        });
        RowShare share = RowShare.of(config.batch(), ranks.rank(), ranks.size());
        return new Training(config, ranks, share, ranks.isFirst() ? listener : TrainingListener.NONE, Optional.empty());
    }

    /**
     * A run on devices of a PJRT plugin, in one process; nothing is read yet.
     *
     * @param accelerator the devices, which the caller closes
     * @param listener told of what happens
     * @throws IllegalArgumentException when the config is for another device
     */
    public static Training open(TrainConfig config, Accelerator accelerator, TrainingListener listener) {
        String wanted = config.compute()
                .plugin()
                .map(PluginUse::toString)
                .orElseGet(() -> config.compute().device().toString());
        check(
                wanted.equals(accelerator.name().toString()),
                "the config's compute.device is %s, not %s",
                wanted,
                accelerator.name());
        return new Training(
                config,
                RankGroup.alone(config.compute().device()),
                RowShare.of(config.batch(), 0, 1),
                listener,
                Optional.of(accelerator.client()));
    }

    /**
     * Trains from the beginning, or from where the run's folder stands, to the last step or an orderly stop; both end
     * with a checkpoint. All ranks call it together; rank 0 writes.
     *
     * @param resume what to do about checkpoints that are there
     * @param stopWanted asked after every step
     * @throws IllegalArgumentException when the config does not go with the model
     * @throws CodaException when something that the config names cannot be used, the run's folder holds a run that is
     *     not to be resumed, a loss is not finite, something cannot be written, or another rank is lost
     */
    public TrainingResult run(RunFolder.Resume resume, BooleanSupplier stopWanted) {
        try (RunFolder folder = ranks.firstThenOthers("the run's folder", this::openFolder)) {
            Optional<Path> checkpoint = folder.resumeFrom(resume, config);
            RunState state = RunFolder.state(checkpoint, config, ranks.size());
            if (state.step() > config.lastStep()) {
                throw CodaException.of(
                        "%s is at step %d, beyond the run's last step %d: raise schedule.stop_after or schedule.steps",
                        folder.path(), state.step(), config.lastStep());
            }
            ranks.requireSame("the step to begin with", state.step());
            ranks.requireSame("the hash of the config", config.yaml().hashCode());
            tell(resume, checkpoint, folder);
            ranks.firstOnly("the tokenizer", () -> TrainModel.keepTokenizer(config, folder, checkpoint));
            TrainModel model = TrainModel.open(config, ranks.device(), folder, checkpoint, listener);
            try (ParameterStore parameters = model.parameters();
                    TrainData data = TrainData.open(config, model.config(), model.tokenizer(), listener);
                    Learner learner = learner(model, parameters)) {
                ranks.requireSame("the number of rows", data.training().numSequences());
                checkpoint.ifPresent(from -> Checkpoints.restore(from, learner.optimizer()));
                if (ranks.isFirst()) {
                    folder.saveConfig(config);
                }
                listener.started(new TrainingStart(
                        config,
                        model.config().numParameters(),
                        data.training().numSequences(),
                        data.training().length()));
                RunTotals totals = new RunTotals();
                Optional<RunPage> page = page(folder, state, model, data);
                try {
                    End end = train(folder, state, model, data, learner, totals, page, stopWanted);
                    ranks.leave();
                    return finish(end, folder, model, learner.model().parameters(), totals, page);
                } catch (RuntimeException | Error e) {
                    page.ifPresent(written -> written.failed(e));
                    throw e;
                }
            }
        }
    }

    private RunFolder openFolder() {
        return RunFolder.open(config.out(), config.checkpoints().keepLast(), ranks.rank());
    }

    private void tell(RunFolder.Resume resume, Optional<Path> checkpoint, RunFolder folder) {
        checkpoint.ifPresent(listener::resuming);
        if (checkpoint.isEmpty() && resume != RunFolder.Resume.NO) {
            listener.nothingToResume(folder.path());
        }
    }

    private Optional<RunPage> page(RunFolder folder, RunState state, TrainModel model, TrainData data) {
        if (!ranks.isFirst() || !config.metrics().report()) {
            return Optional.empty();
        }
        return Optional.of(new RunPage(
                config,
                folder,
                state,
                model.config().numParameters(),
                data.heldOut().isPresent(),
                InstantSource.system()));
    }

    private Learner learner(TrainModel model, ParameterStore parameters) {
        if (accelerator.isPresent()) {
            return new DeviceLearner(config, model.config(), parameters, accelerator.get());
        }
        return new HostLearner(
                config,
                share,
                pass(model),
                ranks.updater(parameters, config.optimizer().method()),
                costs(model));
    }

    private TrainingPass pass(TrainModel model) {
        PassKind kind = PassKind.of(config.compute().engine());
        TrainingPass pass = TrainingPass.open(kind, model.config(), model.parameters(), compute);
        // The optimizer runs on this thread and takes no more threads than the pass.
        Libtorch.setOwnThreads(compute.threads());
        return pass;
    }

    /** How the loop ended, and where. */
    private record End(TrainingLoop.Outcome outcome, RunState state) {}

    private End train(
            RunFolder folder,
            RunState state,
            TrainModel model,
            TrainData data,
            Learner learner,
            RunTotals totals,
            Optional<RunPage> page,
            BooleanSupplier stopWanted) {
        MaskingRule masking = config.masking().open(data.vocabulary(), config.seed());
        Optional<HeldOutLoss> heldOut = data.heldOut()
                .map(source -> new HeldOutLoss(
                        source,
                        config.masking().heldOut(data.vocabulary()),
                        config.evaluation().sequences(),
                        learner.rowsAtATime(),
                        learner.model(),
                        learner.optimizer()));
        try (MetricsSink sink = sinks(folder, state.step(), totals, page);
                BatchFeed feed = new BatchFeed(
                        data.training(),
                        masking,
                        share,
                        state.step(),
                        state.cursor(),
                        config.data().readAhead())) {
            TrainingLoop loop = new TrainingLoop(
                    settings(folder, model),
                    state,
                    learner.steps(feed),
                    learner.model(),
                    learner.optimizer(),
                    heldOut,
                    folder.checkpoints(),
                    sink,
                    stopWanted);
            return new End(loop.run(), loop.state());
        }
    }

    private TrainingLoop.Settings settings(RunFolder folder, TrainModel model) {
        return new TrainingLoop.Settings(
                config.lastStep(),
                config.batch().rows(),
                config.evaluation().every(),
                config.checkpoints().every(),
                Optional.of(model.tokenizer()),
                config.yaml(),
                folder.path());
    }

    private MetricsSink sinks(RunFolder folder, long step, RunTotals totals, Optional<RunPage> page) {
        List<MetricsSink> sinks = new ArrayList<>();
        sinks.add(totals);
        if (!ranks.isFirst()) {
            return MetricsSink.all(sinks);
        }
        try {
            sinks.add(MetricsFile.after(step, folder.metrics()));
            page.map(RunPage::sink).ifPresent(sinks::add);
            if (config.metrics().tensorboard()) {
                sinks.add(TensorBoardFile.after(step, folder.tensorBoard(), InstantSource.system()));
            }
            for (MetricsSinkSettings settings : config.metrics().sinks()) {
                sinks.add(settings.open(folder.path(), step));
            }
        } catch (RuntimeException e) {
            MetricsSink.all(sinks).close();
            throw e;
        }
        sinks.add(listener);
        return MetricsSink.all(sinks);
    }

    /** With the machine's product peak where steps are long enough and it can be measured. */
    private PeakUse costs(TrainModel model) {
        boolean ownHead = model.parameters().ownHead();
        double operations = 6.0
                * PeakUse.parameters(model.config(), ownHead)
                * config.batch().rows()
                * config.data().length();
        if (operations < LEAST_COMPARED_OPERATIONS || ranks.device().isCuda()) {
            return PeakUse.uncompared(model.config(), ownHead);
        }
        return PeakUse.compared(model.config(), ownHead, this::productPeak, listener::peakRaised);
    }

    /** All ranks measure at the same time: they share a machine, perhaps, and its memory. */
    private double productPeak() {
        ranks.sum("all ranks to measure their products", 0);
        double own = ProductPeak.measure(compute.dtype(), compute.threads(), PEAK_ROUNDS) * GIGA;
        return ranks.sum("the product peaks", own)[0];
    }

    private TrainingResult finish(
            End end,
            RunFolder folder,
            TrainModel model,
            ParameterStore parameters,
            RunTotals totals,
            Optional<RunPage> page) {
        boolean finished = end.outcome() == TrainingLoop.Outcome.FINISHED && ranks.isFirst();
        TrainingResult result = new TrainingResult(
                end.outcome(),
                folder.path(),
                folder.checkpoints().of(end.state().step()),
                end.state(),
                model.config().numParameters(),
                totals.loss(),
                totals.waitedShare(),
                finished ? Optional.of(folder.model()) : Optional.empty(),
                page.map(_ -> folder.report()));
        result.model()
                .ifPresent(target -> ParameterWriter.write(
                        parameters,
                        model.config(),
                        compute.dtype(),
                        Optional.of(model.tokenizer()),
                        target,
                        true,
                        folderOfModel -> TrainedContext.note(
                                folderOfModel,
                                config.data().length(),
                                model.config().maxPositions())));
        page.ifPresent(written -> written.ended(result));
        return result;
    }
}
