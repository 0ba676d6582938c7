package io.github.coda4j.decode;

import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.testkit.ReferenceTransformer;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class ReferenceDecodeGoldenTest extends DecodeGoldenContract {
    @Override
    protected Denoiser open(String model) {
        return ReferenceTransformer.golden(model);
    }
}
