package io.github.coda4j.model.training;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.DType;
import org.junit.jupiter.api.Tag;

@Tag("training")
class PlainTrainingPassTest extends TrainingPassContract {
    @Override
    TrainingPass pass(ModelConfig config, ParameterStore parameters, DType dtype, boolean recompute) {
        return new PlainTrainingPass(config, parameters, dtype, 2, recompute);
    }
}
