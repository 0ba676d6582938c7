package io.github.coda4j.generate;

import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.util.List;

class GenerateClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("CodaModel", folder -> {
                    LoadOptions load = new LoadOptions(EngineKind.FAST, WeightFormat.INT8, Device.CPU, 2);
                    return CodaModel.open(ToyCheckpoint.write(folder), load, EngineOptions.DEFAULT);
                }),
                new Case("Engine", _ -> Engine.withoutTokenizer(RuleDenoiser.ofHash(), EngineOptions.DEFAULT)));
    }
}
