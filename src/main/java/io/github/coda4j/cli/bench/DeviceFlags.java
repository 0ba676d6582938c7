package io.github.coda4j.cli.bench;

import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What runs a measurement, and on what. */
final class DeviceFlags {
    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:INDEX (default: cpu).")
    String device = "cpu";

    @Option(
            names = "--engine",
            paramLabel = "KIND",
            description = "plain (libtorch operations) or fast (packed weights, CPU only) (default: fast on the cpu, "
                    + "plain on a card).")
    Optional<String> engine = Optional.empty();

    Device device() {
        return Device.parse(device);
    }

    EngineKind engine() {
        return engine.map(EngineKind::parse).orElse(device().isCuda() ? EngineKind.PLAIN : EngineKind.FAST);
    }

    /** How the model is loaded. */
    LoadOptions load(WeightFormat format, int threads) {
        return new LoadOptions(engine(), format, device(), threads);
    }
}
