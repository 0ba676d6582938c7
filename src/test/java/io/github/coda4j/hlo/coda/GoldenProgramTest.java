package io.github.coda4j.hlo.coda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.hlo.HostTensor;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.TensorFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs against the original's losses, gradients and parameters after one, two and five steps. */
@Tag("slow")
class GoldenProgramTest {
    private static final int ROWS = 3;
    private static final int LENGTH = 24;

    /** With no piece as long as a row. */
    private static final StepShape SHAPE = new StepShape(ROWS, ROWS, LENGTH, 8, 6);

    private static Map<String, float[]> parameters(String model) {
        TensorFile file = TensorFile.read(Goldens.path("model/" + model).resolve("model.safetensors"));
        Map<String, float[]> tensors = new HashMap<>();
        file.names().forEach(name -> tensors.put(name, file.floats(name)));
        return tensors;
    }

    private static Map<String, HostTensor> gradients(String name, StepShape shape, Products products) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        String model = golden.get("model").textValue();
        ModelConfig config = GoldenTraining.config(model);
        Map<String, float[]> tensors = parameters(model);
        LossStep step = LossStep.withGradients(
                config, tensors.containsKey("lm_head.weight"), shape, products, Distribution.ONE);
        return new ProgramRun(step.program())
                .giveRows(GoldenTraining.batch(golden, config.maskId()), config)
                .giveAngles(config, LENGTH)
                .giveParameters(step.parameters(), tensors)
                .run();
    }

    private static List<Stacked> table(String name) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        String model = golden.get("model").textValue();
        boolean ownHead = parameters(model).containsKey("lm_head.weight");
        return ParameterTable.of(GoldenTraining.config(model), ownHead, Products.F32.floats(), Distribution.ONE);
    }

    @ParameterizedTest
    @CsvSource({
        "pretrain, F32, 1e-5, 1e-4", "sft, F32, 1e-5, 1e-4", "block, F32, 1e-5, 1e-4", "tied, F32, 1e-5, 1e-4",
        "pretrain, F64, 1e-7, 3e-7", "sft, F64, 1e-7, 3e-7", "block, F64, 1e-7, 3e-7", "tied, F64, 1e-7, 3e-7"
    })
    void loss_and_gradients_are_the_original_ones(
            String name, Products products, double lossTolerance, double tolerance) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        Map<String, HostTensor> results = gradients(name, SHAPE, products);
        double loss = golden.get("loss").doubleValue();
        assertThat(results.get(TrainStep.LOSS).item()).isCloseTo(loss, within(lossTolerance * loss));
        for (Stacked parameter : table(name)) {
            for (String tensor : parameter.tensors()) {
                double[] gradient = ProgramRun.tensor(parameter, results, tensor);
                double norm = golden.get("grad_l2").get(tensor).doubleValue();
                assertThat(norm(gradient)).as(tensor).isCloseTo(norm, within(tolerance * Math.max(1, norm)));
            }
        }
        if (Set.of("pretrain", "tied").contains(name)) {
            assertNear(table(name), results, "train/" + name + ".grads.safetensors", tolerance);
        }
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static void assertNear(
            List<Stacked> table, Map<String, HostTensor> results, String file, double tolerance) {
        TensorFile golden = TensorFile.read(Goldens.path(file));
        int compared = 0;
        for (Stacked parameter : table) {
            for (String tensor : parameter.tensors()) {
                float[] expected = golden.floats(tensor);
                double[] found = ProgramRun.tensor(parameter, results, tensor);
                assertThat(found).hasSameSizeAs(expected);
                for (int i = 0; i < found.length; i++) {
                    assertThat(found[i])
                            .as("%s, element %d", tensor, i)
                            .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
                }
                compared++;
            }
        }
        assertThat(compared).isEqualTo(golden.names().size());
    }

    @Test
    void pieces_and_micro_batches_change_nothing_but_rounding() {
        Map<String, HostTensor> whole =
                gradients("pretrain", new StepShape(ROWS, ROWS, LENGTH, LENGTH, LENGTH), Products.F64);
        for (StepShape shape : List.of(SHAPE, new StepShape(ROWS, 1, LENGTH, 5, 7))) {
            Map<String, HostTensor> cut = gradients("pretrain", shape, Products.F64);
            whole.forEach((name, expected) -> {
                for (int i = 0; i < expected.data().length; i++) {
                    assertThat(cut.get(name).data()[i])
                            .as("%s of %s, element %d", name, shape, i)
                            .isCloseTo(expected.data()[i], within(1e-12));
                }
            });
        }
    }

    @Test
    void bf16_products_are_near_those_of_f32() {
        Map<String, HostTensor> wide = gradients("pretrain", SHAPE, Products.F32);
        Map<String, HostTensor> narrow = gradients("pretrain", SHAPE, Products.BF16);
        double loss = wide.get(TrainStep.LOSS).item();
        assertThat(narrow.get(TrainStep.LOSS).item())
                .isCloseTo(loss, within(5e-3 * loss))
                .isNotEqualTo(loss);
        for (Stacked parameter : table("pretrain")) {
            double[] exact = wide.get(parameter.name()).data();
            double[] rounded = narrow.get(parameter.name()).data();
            double dot = 0;
            for (int i = 0; i < exact.length; i++) {
                dot += exact[i] * rounded[i];
            }
            assertThat(dot / norm(exact) / norm(rounded)).as(parameter.name()).isGreaterThan(0.99);
        }
    }

    @ParameterizedTest
    @CsvSource({"adamw, F32, 2e-4, 3", "adafactor, F32, 5e-6, 0", "adamw, F64, 2e-4, 3", "adafactor, F64, 2e-7, 0"})
    void five_steps_move_the_parameters_as_the_original(String rule, Products products, double largest, int outliers) {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        ModelConfig config = GoldenTraining.config("a-untied");
        UpdateRule update = rule.equals("adamw")
                ? new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.01)
                : new UpdateRule.Adafactor(1e-30, 1.0, -0.8);
        TrainStep step =
                TrainStep.of(config, true, update, Double.POSITIVE_INFINITY, SHAPE, products, Distribution.ONE);
        MaskedBatch batch = GoldenTraining.batch(golden, config.maskId());
        ProgramRun run = new ProgramRun(step.program())
                .giveRows(batch, config)
                .giveAngles(config, LENGTH)
                .giveParameters(step.parameters(), parameters("a-untied"))
                .giveZeros(step.state());
        for (int i = 1; i <= 5; i++) {
            update.scalars(i, 1e-3).forEach(run::giveScalar);
            Map<String, HostTensor> results = run.run();
            double loss =
                    golden.get(rule).get("losses_before_each_step").get(i - 1).doubleValue();
            assertThat(results.get(TrainStep.LOSS).item())
                    .as("loss before step %d", i)
                    .isCloseTo(loss, within(1e-5 * loss));
            if (Set.of(1, 2, 5).contains(i)) {
                compare(step, results, "train/" + rule + ".step" + i + ".safetensors", largest, outliers);
            }
            run.goOnWith(results);
        }
    }

    private static void compare(
            TrainStep step, Map<String, HostTensor> results, String file, double largest, int outliers) {
        assertNear(step.parameters(), results, file, largest);
        TensorFile golden = TensorFile.read(Goldens.path(file));
        int far = 0;
        for (Stacked parameter : step.parameters()) {
            for (String tensor : parameter.tensors()) {
                double[] found = ProgramRun.tensor(parameter, results, tensor);
                float[] expected = golden.floats(tensor);
                for (int i = 0; i < found.length; i++) {
                    far += Math.abs(found[i] - expected[i]) > 5e-6 ? 1 : 0;
                }
            }
        }
        assertThat(far).as("elements of %s beyond 5e-6", file).isLessThanOrEqualTo(outliers);
    }
}
