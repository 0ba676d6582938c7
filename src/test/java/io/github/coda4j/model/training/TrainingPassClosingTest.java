package io.github.coda4j.model.training;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.kernel.NumberKind;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.GoldenTraining;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("training")
class TrainingPassClosingTest extends ClosingContract {
    private static final String MODEL = "b-tied";
    private static final ModelConfig CONFIG = GoldenTraining.config(MODEL);

    private final List<ParameterStore> stores = new ArrayList<>();

    @AfterEach
    void free() {
        stores.forEach(ParameterStore::close);
    }

    @Override
    public List<Case> cases() {
        return List.of(
                new Case("ParameterStore", _ -> ParameterStore.zeros(CONFIG, true, Device.CPU)),
                new Case("PlainTrainingPass", _ -> new PlainTrainingPass(CONFIG, store(), DType.F32, 1, false)),
                new Case("FusedTrainingPass", _ -> used()),
                new Case(
                        "FusedMemory",
                        _ -> FusedMemory.allocate(CONFIG, NumberKind.F32, new FusedMemory.Limits(16, 8), 2, false)));
    }

    private ParameterStore store() {
        stores.add(GoldenTraining.parameters(MODEL));
        return stores.getLast();
    }

    private FusedTrainingPass used() {
        FusedTrainingPass pass = new FusedTrainingPass(CONFIG, store(), DType.F32, 2, false);
        pass.evaluate(batch());
        return pass;
    }

    private static MaskedBatch batch() {
        JsonNode tied = GoldenTraining.trainingCase("tied");
        return GoldenTraining.batch(tied, CONFIG.maskId());
    }

    @Test
    void a_closed_pass_refuses_to_run() {
        FusedTrainingPass pass = used();
        pass.close();
        assertThatThrownBy(() -> pass.evaluate(batch()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the training pass is closed");
    }
}
