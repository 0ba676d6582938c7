package io.github.coda4j.cli.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.Amounts;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.SequenceSource;
import io.github.coda4j.masking.MaskingLevels;
import io.github.coda4j.masking.Noising;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.Precision;
import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.ParameterWriter;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.products.ProductPeak;
import io.github.coda4j.train.BatchFeed;
import io.github.coda4j.train.Checkpoints;
import io.github.coda4j.train.HeldOutLoss;
import io.github.coda4j.train.MetricsFile;
import io.github.coda4j.train.MetricsSink;
import io.github.coda4j.train.RankGroup;
import io.github.coda4j.train.RowMasker;
import io.github.coda4j.train.RowShare;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.RunReport;
import io.github.coda4j.train.RunState;
import io.github.coda4j.train.StepCosts;
import io.github.coda4j.train.TensorBoardFile;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.TrainingLoop;
import io.github.coda4j.train.TrainingRun;
import io.github.coda4j.train.Updater;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Wires a training run from its config, runs it, and writes down what came of it. */
final class TrainSession {
    /** Smaller steps are not compared with the product peak: measuring that would take longer than they do. */
    private static final double LEAST_COMPARED_OPERATIONS = 5e10;

    private static final int PEAK_ROUNDS = 4;
    private static final double GIGA = 1e9;
    /** Held-out data has the same noise in every run, so that runs compare. */
    private static final long HELD_OUT_SEED = 0;

    private static final double HELD_OUT_EPS = 1e-3;

    private final World world;
    private final Interrupt interrupt;
    private final TrainConfig config;
    private final RankGroup ranks;
    private final TrainConsole console;

    /** A run of which this process is one rank; only the first prints and writes. */
    TrainSession(World world, Interrupt interrupt, TrainConfig config, RankGroup ranks) {
        this.world = ranks.isFirst() ? world : world.silent();
        this.ranks = ranks;
        this.interrupt = interrupt;
        this.config = config;
        this.console = new TrainConsole(this.world, config.lastStep(), System::nanoTime);
    }

    /**
     * Trains from the beginning, or from where the run's folder stands, to the last step or until the process is asked
     * to end.
     */
    TrainingLoop.Outcome run(RunFolder.Resume resume) {
        RowShare share = RowShare.of(config.batch(), ranks.rank(), ranks.size());
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
            checkpoint.ifPresentOrElse(
                    from -> world.note("going on from " + from), () -> noteNothingToResume(resume, folder));
            ranks.firstOnly("the tokenizer", () -> TrainModel.keepTokenizer(config, folder, checkpoint));
            TrainModel model = TrainModel.open(world, config, ranks.device(), folder, checkpoint);
            try (ParameterStore parameters = model.parameters();
                    TrainData data = TrainData.open(world, config, model.config(), model.tokenizer());
                    TrainingPass pass = pass(model);
                    Updater updater =
                            ranks.updater(parameters, config.optimizer().method())) {
                ranks.requireSame("the number of rows", data.training().numSequences());
                checkpoint.ifPresent(from -> Checkpoints.restore(from, updater));
                if (ranks.isFirst()) {
                    folder.saveConfig(config);
                }
                announce(model, data, folder);
                TrainingLoop.Outcome outcome = train(folder, state, share, model, data, pass, updater);
                ranks.leave();
                if (ranks.isFirst()) {
                    finish(outcome, folder, model);
                }
                return outcome;
            }
        }
    }

    private RunFolder openFolder() {
        return RunFolder.open(config.out(), config.checkpoints().keepLast(), ranks.rank());
    }

    private void noteNothingToResume(RunFolder.Resume resume, RunFolder folder) {
        if (resume != RunFolder.Resume.NO) {
            world.note("no checkpoint in " + folder.path() + " yet: beginning");
        }
    }

    private TrainingPass pass(TrainModel model) {
        TrainConfig.Compute compute = config.compute();
        int threads = threads();
        TrainingPass pass = compute.engine() == EngineKind.FAST
                ? new FusedTrainingPass(model.config(), model.parameters(), dtype(), threads, compute.recompute())
                : new PlainTrainingPass(model.config(), model.parameters(), dtype(), threads, compute.recompute());
        // The optimizer runs on this thread and takes no more threads than the pass.
        Libtorch.setOwnThreads(threads);
        return pass;
    }

    private int threads() {
        return config.compute().threadsOn(ranks.share(Runtime.getRuntime().availableProcessors()));
    }

    private DType dtype() {
        return config.compute().precision() == Precision.FP32 ? DType.F32 : DType.BF16;
    }

    private void announce(TrainModel model, TrainData data, RunFolder folder) {
        TrainConfig.Batch batch = config.batch();
        SequenceSource training = data.training();
        world.note(String.format(
                Locale.ROOT,
                "%s: %s parameters, %s tokens in %d rows of %d, %d rows per step, %d steps = %.2f epochs; %s, %s",
                config.stage(),
                Amounts.count(model.config().numParameters()),
                Amounts.count(training.numSequences() * training.length()),
                training.numSequences(),
                training.length(),
                batch.rows(),
                config.lastStep(),
                (double) config.lastStep() * batch.rows() / training.numSequences(),
                config.compute().precision(),
                folder.path()));
    }

    private TrainingLoop.Outcome train(
            RunFolder folder,
            RunState state,
            RowShare share,
            TrainModel model,
            TrainData data,
            TrainingPass pass,
            Updater updater) {
        Noising noising = noising(data, model, config.seed());
        Noising fixed = noising(data, model, HELD_OUT_SEED);
        MaskingLevels plain = MaskingLevels.plain(HELD_OUT_EPS);
        Optional<HeldOutLoss> heldOut = data.heldOut()
                .map(source -> new HeldOutLoss(
                        source,
                        (batch, _, row) -> fixed.heldOut(batch, row, plain),
                        config.evaluation().sequences(),
                        config.batch().microRows(),
                        pass,
                        updater));
        RowMasker masker = noising::apply;
        try (MetricsSink sink = sinks(folder, state.step());
                BatchFeed feed = new BatchFeed(
                        data.training(),
                        masker,
                        share,
                        state.step(),
                        state.cursor(),
                        config.data().readAhead())) {
            TrainingRun run = new TrainingRun(
                    share,
                    feed,
                    pass,
                    updater,
                    config.schedule(),
                    config.optimizer().clip(),
                    costs(model, share));
            return new TrainingLoop(
                            settings(folder, model),
                            state,
                            run,
                            pass,
                            updater,
                            heldOut,
                            folder.checkpoints(),
                            sink,
                            interrupt::isRequested)
                    .run();
        }
    }

    private Noising noising(TrainData data, TrainModel model, long seed) {
        return new Noising(
                config.masking()
                        .options(
                                data.manifest().maskId(),
                                data.manifest().padId(),
                                seed,
                                model.config().alignment()),
                config.masking().curriculum());
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

    private MetricsSink sinks(RunFolder folder, long step) {
        List<MetricsSink> sinks = new ArrayList<>();
        if (!ranks.isFirst()) {
            return MetricsSink.all(sinks);
        }
        sinks.add(MetricsFile.after(step, folder.metrics()));
        if (config.metrics().tensorboard()) {
            sinks.add(TensorBoardFile.after(step, folder.tensorBoard(), InstantSource.system()));
        }
        sinks.add(console);
        return MetricsSink.all(sinks);
    }

    /** With the machine's product peak where steps are long enough and it can be measured. */
    private StepCosts costs(TrainModel model, RowShare share) {
        StepCosts costs = StepCosts.of(model.config(), model.parameters().ownHead(), OptionalDouble.empty());
        double operations =
                6.0 * costs.parameters() * share.rows() * config.data().length();
        if (operations < LEAST_COMPARED_OPERATIONS || ranks.device().isCuda() || !ranks.isFirst()) {
            return costs;
        }
        double peak = ProductPeak.measure(dtype(), threads(), PEAK_ROUNDS) * GIGA;
        return new StepCosts(costs.config(), costs.parameters(), OptionalDouble.of(peak));
    }

    private void finish(TrainingLoop.Outcome outcome, RunFolder folder, TrainModel model) {
        Path newest = folder.checkpoints().newest().orElseThrow();
        RunState state = RunState.read(newest);
        if (outcome == TrainingLoop.Outcome.STOPPED) {
            world.note("stopped after step " + state.step() + ", which " + newest + " holds; --resume goes on from it");
            return;
        }
        ParameterWriter.write(
                model.parameters(), model.config(), dtype(), Optional.of(model.tokenizer()), folder.model(), true);
        Map<String, String> facts = facts(model, state);
        if (config.metrics().report()) {
            RunReport.write(
                    folder.metrics(), folder.report(), config.stage() + " " + folder.path(), facts, config.yaml());
        }
        world.out()
                .println(folder.path() + ": "
                        + String.join(
                                ", ",
                                facts.entrySet().stream()
                                        .map(fact -> fact.getKey() + " " + fact.getValue())
                                        .toList()));
        if (config.metrics().report()) {
            world.out().println("Curves: " + folder.report());
        }
        world.out().println("Next: coda generate --model " + folder.model() + " \"...\"");
    }

    private Map<String, String> facts(TrainModel model, RunState state) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("parameters", Amounts.count(model.config().numParameters()));
        facts.put("steps", Long.toString(state.step()));
        facts.put("tokens", Amounts.count(state.tokens()));
        console.last().ifPresent(m -> facts.put("loss", String.format(Locale.ROOT, "%.4f", m.loss())));
        state.heldOut().ifPresent(loss -> facts.put("held-out loss", String.format(Locale.ROOT, "%.4f", loss)));
        state.bestHeldOut()
                .ifPresent(loss ->
                        facts.put("best", String.format(Locale.ROOT, "%.4f at step %d", loss, state.bestStep())));
        console.last()
                .ifPresent(_ -> facts.put(
                        "data waiting",
                        String.format(Locale.ROOT, "%.2f%% of step time", 100 * console.waitedShare())));
        return facts;
    }
}
