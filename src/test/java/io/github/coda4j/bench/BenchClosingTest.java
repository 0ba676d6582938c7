package io.github.coda4j.bench;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

@Tag("training")
class BenchClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        ModelConfig config = GoldenTraining.config("b-tied");
        TrainingBench.Setup setup = new TrainingBench.Setup(
                new RandomRows(1, 8, 1),
                new PassOptions(WeightFormat.FP32, 1, false),
                Optional.empty(),
                Device.CPU,
                new Timing(0, 1));
        return List.of(
                new Case("SteeredModel", _ -> new SteeredModel(RuleDenoiser.ofHash(), 'x')),
                new Case(
                        "TrainingBench",
                        // The machine's peak takes seconds and leaves nothing to close.
                        _ -> TrainingBench.open(
                                config, setup, () -> ParameterStore.zeros(config, true, Device.CPU), () -> 1)));
    }
}
