package io.github.coda4j.model;

import io.github.coda4j.decode.DecodeGoldenContract;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.testkit.GoldenModels;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class PlainDecodeGoldenTest extends DecodeGoldenContract {
    @Override
    protected Denoiser open(String model) {
        return GoldenModels.open(model, EngineKind.PLAIN, WeightFormat.FP32, 1);
    }
}
