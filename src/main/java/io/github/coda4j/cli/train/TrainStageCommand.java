package io.github.coda4j.cli.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.train.RankGroup;
import io.github.coda4j.train.RowShare;
import io.github.coda4j.train.RunFolder;
import io.github.coda4j.train.Stage;
import io.github.coda4j.train.TrainConfig;
import io.github.coda4j.train.Training;
import io.github.coda4j.train.TrainingLoop;
import io.github.coda4j.train.TrainingResult;
import io.github.coda4j.train.device.Accelerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the three stages of {@code coda train} share. */
abstract class TrainStageCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;
    private final Stage stage;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The run's config, YAML. Everything in force, defaults too, is written to DIR/config.yaml.")
    Path config;

    @Option(names = "--out", paramLabel = "DIR", description = "The run's folder, in place of the config's out.")
    Optional<Path> out = Optional.empty();

    @Option(
            names = "--from-ar",
            paramLabel = "DIR",
            description = "Start from this autoregressive Qwen3 folder, in place of the config's model.")
    Optional<Path> fromAr = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda:N, tpu, pjrt:PATH (a PJRT plugin's library) or pjrt:oracle, in place of the"
                    + " config's compute.device.")
    Optional<String> device = Optional.empty();

    @Option(
            names = "--resume",
            description = "Go on from the newest checkpoint in the run's folder, to the bit as if never stopped; "
                    + "where there is"
                    + " none yet, begin.")
    boolean resume;

    @Option(
            names = "--accept-config-changes",
            description = "Resume although the config differs from the checkpoint's.")
    boolean acceptChanges;

    @Mixin
    NprocFlag ranks;

    @Parameters(
            arity = "0..*",
            paramLabel = "KEY=VALUE",
            description = "Values in place of the config's, such as schedule.steps=200; KEY= takes a key out.")
    List<String> overrides = List.of();

    TrainStageCommand(World world, Interrupt interrupt, Stage stage) {
        this.world = world;
        this.interrupt = interrupt;
        this.stage = stage;
    }

    @Override
    public Integer call() {
        check(resume || !acceptChanges, "--accept-config-changes has no effect without --resume");
        TrainConfig read = TrainConfig.read(config, allOverrides());
        check(
                read.stage() == stage,
                "%s is a config for %s; run `coda train %s`, or write stage: %s in it",
                config,
                read.stage(),
                read.stage(),
                stage);
        ranks.refuseWhereOneOfSeveral(world);
        read.compute().plugin().ifPresent(plugin -> ranks.refuseOn(plugin.name(), world));
        interrupt.check();
        if (ranks.launches()) {
            RowShare.of(read.batch(), 0, ranks.ranks());
            return ranks.launch(world, interrupt);
        }
        TrainConsole console = new TrainConsole(world, read.lastStep(), System::nanoTime);
        if (read.compute().plugin().isPresent()) {
            try (Accelerator accelerator = Accelerator.open(
                    read.compute().plugin().get().name(),
                    world.environment(),
                    world.folders().cache())) {
                return ended(Training.open(read, accelerator, console).run(resume(), interrupt::isRequested), true);
            }
        }
        try (RankGroup group = TrainRanks.join(world, read.compute().device())) {
            return ended(Training.open(read, group, console).run(resume(), interrupt::isRequested), group.isFirst());
        }
    }

    private int ended(TrainingResult result, boolean isFirst) {
        if (isFirst) {
            report(result);
        }
        return result.outcome() == TrainingLoop.Outcome.FINISHED ? ExitCodes.OK : ExitCodes.INTERRUPTED;
    }

    private void report(TrainingResult result) {
        if (result.outcome() == TrainingLoop.Outcome.STOPPED) {
            world.note("stopped after step " + result.state().step() + ", which " + result.checkpoint()
                    + " holds; --resume goes on from it");
            result.report().ifPresent(page -> world.note("curves so far: " + page));
            return;
        }
        String facts = result.facts().entrySet().stream()
                .map(fact -> fact.getKey() + " " + fact.getValue())
                .collect(Collectors.joining(", "));
        world.out().println(result.run() + ": " + facts);
        result.report().ifPresent(page -> world.out().println("Curves: " + page));
        result.model().ifPresent(model -> world.out().println("Next: coda generate --model " + model + " \"...\""));
    }

    private RunFolder.Resume resume() {
        if (acceptChanges) {
            return RunFolder.Resume.ANY_CONFIG;
        }
        return resume ? RunFolder.Resume.SAME_CONFIG : RunFolder.Resume.NO;
    }

    private List<String> allOverrides() {
        List<String> all = new ArrayList<>();
        fromAr.ifPresent(folder ->
                all.addAll(List.of("model.preset=", "model.from=", "model.from_ar=" + quoted(folder.toString()))));
        out.ifPresent(folder -> all.add("out=" + quoted(folder.toString())));
        device.ifPresent(name -> all.add("compute.device=" + quoted(name)));
        all.addAll(overrides);
        return all;
    }

    /** A text as YAML, whatever characters it has. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
