package io.github.coda4j.train.device;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.coda.Distribution;
import io.github.coda4j.hlo.coda.Products;
import io.github.coda4j.hlo.coda.UpdateRule;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.pjrt.PjrtClient;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Oracle;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The original's steps, made by XLA through a PJRT plugin. */
@Tag("xla")
@Timeout(300)
class DeviceModelXlaTest {
    private static final double LEARNING_RATE = 1e-3;
    private static final UpdateRule ADAMW = new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.01);
    private static final UpdateRule ADAFACTOR = new UpdateRule.Adafactor(1e-30, 1.0, -0.8);

    private static DeviceModel.Settings settings(UpdateRule rule) {
        return new DeviceModel.Settings(3, 3, 24, rule, Double.POSITIVE_INFINITY, Products.F32, Distribution.ONE);
    }

    @Test
    void adamw_moves_the_parameters_as_the_original() {
        compare("adamw", ADAMW, 2e-4, 3);
    }

    @Test
    void adafactor_moves_the_parameters_as_the_original() {
        compare("adafactor", ADAFACTOR, 5e-6, 0);
    }

    private static void compare(String name, UpdateRule rule, double largest, int outliers) {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        JsonNode losses = golden.get(name).get("losses_before_each_step");
        ModelConfig config = GoldenTraining.config("a-untied");
        MaskedBatch batch = GoldenTraining.batch(golden, config.maskId());
        try (ParameterStore store = GoldenTraining.parameters("a-untied");
                PjrtClient client = Oracle.client();
                DeviceModel model = DeviceModel.open(client, config, store, settings(rule))) {
            if (name.equals("adamw")) {
                evaluatesEveryCase(model, config);
            }
            for (int step = 1; step <= 5; step++) {
                DeviceModel.Outcome outcome = model.step(batch, step, LEARNING_RATE);
                assertNear(
                        "loss before step " + step,
                        outcome.sums().loss(),
                        losses.get(step - 1).doubleValue(),
                        1e-5);
                assertThat(outcome.gradientNorm()).isPositive();
                if (Set.of(1, 2, 5).contains(step)) {
                    model.readParameters(store);
                    GoldenTraining.assertParameters(
                            store, "train/" + name + ".step" + step + ".safetensors", largest, outliers);
                }
                if (step == 2) {
                    goOnAsAnother(model);
                }
            }
        }
    }

    /** What a checkpoint would hold goes out and in again: the steps behind it are the same. */
    private static void goOnAsAnother(DeviceModel model) {
        Map<String, float[]> state = new HashMap<>();
        model.readState((name, values) -> state.put(name, values.toArray(ValueLayout.JAVA_FLOAT)));
        assertThat(state.keySet()).containsExactlyInAnyOrderElementsOf(model.stateNames());
        model.writeState(
                name -> Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, new float[state.get(name).length]));
        model.writeState(name -> Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, state.get(name)));
    }

    private static void evaluatesEveryCase(DeviceModel model, ModelConfig config) {
        for (String name : new String[] {"pretrain", "sft", "block"}) {
            JsonNode golden = GoldenTraining.trainingCase(name);
            MaskedBatch batch = GoldenTraining.batch(golden, config.maskId());
            LossSums sums = model.evaluate(batch);
            assertNear(name, sums.loss(), golden.get("loss").doubleValue(), 1e-5);
            assertThat(sums.targets()).isEqualTo(batch.numTargets());
            LossSums parts = model.evaluate(batch.rows(0, 2)).plus(model.evaluate(batch.rows(2, 3)));
            assertNear(name + " in parts", parts.loss(), golden.get("loss").doubleValue(), 1e-5);
            assertNear("cross entropy in parts", parts.crossEntropy(), sums.crossEntropy(), 1e-5);
        }
    }
}
