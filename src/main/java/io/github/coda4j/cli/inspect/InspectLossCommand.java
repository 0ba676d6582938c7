package io.github.coda4j.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterFile;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda inspect loss}. */
@Command(
        name = "loss",
        sortOptions = false,
        description = {
            "Print the training loss of one batch, the mean cross entropy of its masked positions and the L2 "
                    + "norm of every gradient as JSON.",
            "",
            "The loss is the ELBO-weighted cross entropy of the masked positions, divided by rows * length. The "
                    + "folder needs no tokenizer.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda inspect loss --batch examples/batch.json --out gradients.safetensors"})
final class InspectLossCommand implements Callable<Integer> {
    private final World world;

    @Mixin
    ModelFlag model;

    @Mixin
    TrainingPassFlags passFlags;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write every gradient, F32, to this safetensors file; an older one is replaced.")
    Optional<Path> out = Optional.empty();

    InspectLossCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        out.ifPresent(OutFile::check);
        try (CheckpointFolder folder = CheckpointFolder.open(model.folder(world))) {
            ModelConfig config = ModelConfig.of(folder);
            MaskedBatch batch = TrainingCase.read(passFlags.batch, config);
            try (ParameterStore parameters = ParameterLoader.load(folder, passFlags.device());
                    TrainingPass pass = passFlags.open(config, parameters)) {
                double scale = 1.0 / ((double) batch.rows() * batch.length());
                LossSums sums = pass.accumulate(batch, scale, GradientListener.NONE);
                world.out().println(report(sums, parameters).toPrettyString());
                out.ifPresent(file -> ParameterFile.writeGradients(file, parameters));
            }
        }
        return ExitCodes.OK;
    }

    private static ObjectNode report(LossSums sums, ParameterStore parameters) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("loss", sums.loss());
        report.put("masked_cross_entropy", sums.maskedCrossEntropy());
        ObjectNode norms = report.putObject("grad_l2");
        parameters.gradientNorms().forEach(norms::put);
        return report;
    }
}
