package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.WeightCheck;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda inspect model}. */
@Command(
        name = "model",
        sortOptions = false,
        description = {
            "Print a checkpoint's config, tensors, parameter count and the memory that it takes.",
            "",
            "Config and tensors are checked against each other; nothing is loaded.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coda inspect model", "  coda inspect model models/coda-mini --check --json"})
final class InspectModelCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR|ID",
            description = "Model folder, or the hub id of a model that was pulled (default: coda-mini, the small "
                    + "model in the box).")
    Optional<String> named = Optional.empty();

    @Option(
            names = {"-m", "--model"},
            paramLabel = "DIR|ID",
            description = "The same.")
    Optional<String> model = Optional.empty();

    @Option(names = "--check", description = "Read every weight and refuse a checkpoint that holds NaN or infinity.")
    boolean checks;

    @Option(names = "--json", description = "Print JSON, with every tensor by name.")
    boolean json;

    InspectModelCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        check(named.isEmpty() || model.isEmpty(), "the model is given twice: leave --model out");
        Path folder = ModelFlag.folder(named.or(() -> model), world);
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            ModelReport report = ModelReport.of(checkpoint);
            if (checks) {
                checkWeights(checkpoint);
            }
            world.out().print(json ? report.json().toPrettyString() + "\n" : report.table());
        }
        if (checks && !json) {
            world.out().println("All weights are finite.");
        }
        return ExitCodes.OK;
    }

    private void checkWeights(CheckpointFolder checkpoint) {
        try (Progress progress = Progress.ofBytes(world, "check")) {
            WeightCheck.refuseNotFinite(checkpoint, (tensor, done, total) -> {
                interrupt.check();
                progress.to(done, total, tensor);
            });
        }
    }
}
