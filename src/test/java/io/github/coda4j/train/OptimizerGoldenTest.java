package io.github.coda4j.train;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PlainTrainingPass;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.GoldenTraining;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Five steps on one batch, as the original makes them. */
@Tag("training")
class OptimizerGoldenTest {
    private static final double LEARNING_RATE = 1e-3;

    @Test
    void adamw_moves_the_parameters_as_the_original() {
        compare("adamw", AdamW.Settings.DEFAULT, 2e-4, 3);
    }

    @Test
    void adafactor_moves_the_parameters_as_the_original() {
        compare("adafactor", Adafactor.Settings.DEFAULT, 5e-6, 0);
    }

    private static void compare(String name, OptimizerSettings optimizer, double largest, int outliers) {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        JsonNode losses = golden.get(name).get("losses_before_each_step");
        try (ParameterStore store = GoldenTraining.parameters("a-untied");
                TrainingPass pass =
                        new PlainTrainingPass(GoldenTraining.config("a-untied"), store, DType.F32, 2, false);
                Updater updater = new LocalUpdater(store, optimizer)) {
            MaskedBatch batch = GoldenTraining.batch(golden, pass.config().maskId());
            double scale = 1.0 / (batch.rows() * batch.length());
            for (int step = 1; step <= 5; step++) {
                LossSums sums = pass.accumulate(batch, scale, updater.listener());
                double expected = losses.get(step - 1).doubleValue();
                assertNear("loss before step " + step, sums.loss(), expected, 1e-5);
                assertThat(updater.reduceGradients()).isPositive();
                updater.update(LEARNING_RATE, 1);
                if (Set.of(1, 2, 5).contains(step)) {
                    GoldenTraining.assertParameters(
                            store, "train/" + name + ".step" + step + ".safetensors", largest, outliers);
                }
            }
            assertThat(updater.steps()).isEqualTo(5);
        }
    }

    @Test
    void a_gradient_scale_clips() {
        try (ParameterStore clipped = GoldenTraining.parameters("b-tied");
                ParameterStore halved = GoldenTraining.parameters("b-tied");
                Updater one = new LocalUpdater(clipped, new Adafactor.Settings(0.1, 1, -0.8));
                Updater other = new LocalUpdater(halved, new Adafactor.Settings(0.1, 1, -0.8));
                Scope _ = Scope.open()) {
            clipped.gradients().assign(clipped.values());
            halved.gradients().assign(halved.values().mul(0.5));
            one.update(0.01, 0.5);
            other.update(0.01, 1);
            assertThat(clipped.values().toFloats()).isEqualTo(halved.values().toFloats());
            assertThat(clipped.gradients().toFloats()).containsOnly(0f);
        }
    }

    /** Matrices large enough for several blocks of rows, and both kinds of rows that do not fill vectors. */
    @Test
    void adafactor_fused_and_in_operations_are_the_same() {
        ModelConfig config = ModelConfig.preset("coda-tiny");
        Adafactor.Settings settings = new Adafactor.Settings(1e-12, 0.9, -0.5);
        try (ParameterStore fast = ParameterLoader.random(config, 1, Device.CPU);
                ParameterStore plain = ParameterLoader.random(config, 1, Device.CPU);
                Optimizer fused = new Adafactor(fast, settings, fast.slices(), true);
                Optimizer operations = new Adafactor(plain, settings, plain.slices(), false);
                Scope _ = Scope.open()) {
            for (int step = 0; step < 3; step++) {
                for (ParameterStore store : List.of(fast, plain)) {
                    store.gradients().assign(plain.values());
                    store.gradients().accumulate(plain.values().mul(plain.values()), 3);
                }
                fused.step(0.01, 0.7);
                operations.step(0.01, 0.7);
                assertThat(farthest(fast.values().toFloats(), plain.values().toFloats()))
                        .as("step %d", step)
                        .isLessThan(2e-6);
            }
            operations.state().forEach((name, tensor) -> {
                double[] expected = tensor.toDoubles();
                double[] actual = fused.state().get(name).toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i]).as(name).isCloseTo(expected[i], within(1e-5 * expected[i]));
                }
            });
        }
    }

    private static double farthest(float[] actual, float[] expected) {
        double farthest = 0;
        for (int i = 0; i < expected.length; i++) {
            farthest = Math.max(farthest, Math.abs((double) actual[i] - expected[i]));
        }
        return farthest;
    }

    @Test
    void adamw_scales_gradients_too() {
        try (ParameterStore clipped = GoldenTraining.parameters("b-tied");
                ParameterStore halved = GoldenTraining.parameters("b-tied");
                Updater one = new LocalUpdater(clipped, new AdamW.Settings(0.9, 0.99, 0.1, 0));
                Updater other = new LocalUpdater(halved, new AdamW.Settings(0.9, 0.99, 0.1, 0));
                Scope _ = Scope.open()) {
            clipped.gradients().assign(clipped.values());
            halved.gradients().assign(halved.values().mul(0.5));
            one.update(0.01, 0.5);
            other.update(0.01, 1);
            assertThat(clipped.values().toFloats()).isEqualTo(halved.values().toFloats());
        }
    }
}
