package io.github.coda4j.cli.inspect;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.Device;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** One batch and how to run it forward and backward: the options of the commands that inspect training. */
final class TrainingPassFlags {
    @Option(
            names = "--batch",
            required = true,
            paramLabel = "FILE.json",
            description = "{\"input_ids\": rows of ids, \"noisy_ids\": the same with masks, \"sigma\": noise level "
                    + "per row}; optional \"segments\": document number per position.")
    Path batch;

    @Option(
            names = "--recompute",
            description = "Keep only the layers' inputs and compute the rest again in the backward pass.")
    boolean recompute;

    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            defaultValue = "fp32",
            description = "Numbers that the products run in: fp32 or bf16 (default: ${DEFAULT-VALUE}).")
    String dtype;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
    String device;

    Device device() {
        return Device.parse(device);
    }

    TrainingPass open(ModelConfig config, ParameterStore parameters) {
        WeightFormat precision = WeightFormat.parse(dtype);
        check(precision.isFloating(), "--dtype %s cannot be trained; known: fp32, bf16", precision);
        PassOptions options = new PassOptions(precision, Runtime.getRuntime().availableProcessors(), recompute);
        return TrainingPass.open(PassKind.PLAIN, config, parameters, options);
    }
}
