package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Extensions;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterFile;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.train.LocalUpdater;
import io.github.coda4j.train.OptimizerFactory;
import io.github.coda4j.train.OptimizerSettings;
import io.github.coda4j.train.Updater;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda inspect optimizer}. */
@Command(
        name = "optimizer",
        sortOptions = false,
        description = {
            "Write the parameters after some optimizer steps on one batch: F32, by name.",
            "",
            "The masks stay the same in every step, gradients are not clipped. The loss before each step goes "
                    + "to standard error.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  coda inspect optimizer --batch examples/batch.json --optimizer adamw --lr 1e-3 "
                    + "--steps 5 --out after.safetensors"
        })
final class InspectOptimizerCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Mixin
    TrainingPassFlags passFlags;

    @Option(
            names = "--optimizer",
            required = true,
            paramLabel = "NAME",
            description = "adamw (betas 0.9 and 0.999, eps 1e-8, weight decay 0.01) or adafactor (no relative step, "
                    + "no parameter scaling).")
    String optimizer;

    @Option(names = "--lr", required = true, paramLabel = "X", description = "Learning rate, above 0.")
    double learningRate;

    @Option(names = "--steps", required = true, paramLabel = "N", description = "Number of steps, at least 1.")
    int steps;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The safetensors file to write; an older one is replaced.")
    Path out;

    InspectOptimizerCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(learningRate > 0 && Double.isFinite(learningRate), "--lr must be above 0, got %s", learningRate);
        check(steps >= 1, "--steps must be at least 1, got %d", steps);
        OptimizerSettings settings = settings();
        OutFile.checkRegular(out);
        try (CheckpointFolder folder = CheckpointFolder.open(model.folder(world))) {
            ModelConfig config = ModelConfig.of(folder);
            MaskedBatch batch = TrainingCase.read(passFlags.batch, config);
            try (ParameterStore parameters = ParameterLoader.load(folder, passFlags.device());
                    TrainingPass pass = passFlags.open(config, parameters);
                    Updater updater = new LocalUpdater(parameters, settings)) {
                for (int step = 1; step <= steps; step++) {
                    step(step, pass, batch, updater);
                }
                ParameterFile.writeValues(out, parameters);
            }
        }
        return ExitCodes.OK;
    }

    private void step(int number, TrainingPass pass, MaskedBatch batch, Updater updater) {
        double scale = 1.0 / ((double) batch.rows() * batch.length());
        LossSums sums = pass.accumulate(batch, scale, updater.listener());
        double norm = updater.reduceGradients();
        world.note(String.format(
                Locale.ROOT, "step %d: loss %.6f before it, gradient norm %.6f", number, sums.loss(), norm));
        updater.update(learningRate, 1);
    }

    private OptimizerSettings settings() {
        List<OptimizerFactory> known = OptimizerFactory.known();
        return Extensions.named(optimizer, known)
                .orElseThrow(() -> new IllegalArgumentException("unknown optimizer \"" + optimizer + "\"; known: "
                        + String.join(", ", Extensions.names(known))))
                .defaults();
    }
}
