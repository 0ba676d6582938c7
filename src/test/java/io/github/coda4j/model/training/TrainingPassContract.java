package io.github.coda4j.model.training;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.TensorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every training pass does: the original's losses and gradients, and documents that do not see each other. */
abstract class TrainingPassContract {
    abstract TrainingPass pass(ModelConfig config, ParameterStore parameters, DType dtype, boolean recompute);

    @ParameterizedTest
    @ValueSource(strings = {"pretrain", "sft", "block", "tied"})
    void loss_and_gradient_norms_are_the_original_ones(String name) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        Step step = step(golden.get("model").textValue(), golden, DType.F32, false);
        double loss = golden.get("loss").doubleValue();
        assertNear("loss", step.sums.loss(), loss, 1e-5);
        golden.get("grad_l2")
                .properties()
                .forEach(entry -> assertNear(
                        entry.getKey(),
                        norm(step.gradients.get(entry.getKey())),
                        entry.getValue().doubleValue(),
                        1e-4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pretrain", "tied"})
    void every_gradient_is_the_original_one(String name) {
        JsonNode golden = GoldenTraining.trainingCase(name);
        Step step = step(golden.get("model").textValue(), golden, DType.F32, false);
        TensorFile file = TensorFile.read(Goldens.path("train/" + name + ".grads.safetensors"));
        assertThat(step.gradients.keySet()).containsExactlyInAnyOrderElementsOf(file.names());
        for (String parameter : file.names()) {
            assertNear(parameter, step.gradients.get(parameter), file.floats(parameter), 1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "BF16"})
    void recompute_gives_the_same_gradients_to_the_bit(String dtype) {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        Step kept = step("a-untied", golden, DType.valueOf(dtype), false);
        Step recomputed = step("a-untied", golden, DType.valueOf(dtype), true);
        assertThat(recomputed.sums).isEqualTo(kept.sums);
        kept.gradients.forEach((name, gradient) ->
                assertThat(recomputed.gradients.get(name)).as(name).isEqualTo(gradient));
    }

    @Test
    void bf16_products_point_the_gradients_where_fp32_points_them() {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        Step wide = step("a-untied", golden, DType.F32, false);
        Step narrow = step("a-untied", golden, DType.BF16, false);
        assertNear("loss", narrow.sums.loss(), wide.sums.loss(), 0.02);
        wide.gradients.forEach((name, gradient) -> assertThat(cosine(gradient, narrow.gradients.get(name)))
                .as(name)
                .isGreaterThan(0.99));
    }

    @Test
    void a_document_neither_sees_nor_moves_its_neighbor() {
        ModelConfig config = GoldenTraining.config("b-tied");
        Random random = new Random(7);
        int[] lengths = {1, 9, 5, 16};
        List<MaskedBatch> alone = new ArrayList<>();
        for (int length : lengths) {
            alone.add(randomDocument(random, config, length));
        }
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(config, store, DType.F32, false)) {
            LossSums expected = LossSums.ZERO;
            for (MaskedBatch document : alone) {
                expected = expected.plus(pass.accumulate(document, 0.5, GradientListener.NONE));
            }
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            store.gradients().zero();
            LossSums together = pass.accumulate(packed(alone), 0.5, GradientListener.NONE);
            assertNear("cross entropy", together.crossEntropy(), expected.crossEntropy(), 1e-5);
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertNear(name, gradient, gradients.get(name), 1e-4));
        }
    }

    @Test
    void a_factor_of_a_position_multiplies_what_it_adds_to_loss_and_gradients() {
        ModelConfig config = GoldenTraining.config("b-tied");
        Random random = new Random(8);
        MaskedBatch even = randomDocument(random, config, 33);
        float[] factors = new float[33];
        int[][] light = {even.targets()[0].clone()};
        int[][] heavy = {even.targets()[0].clone()};
        for (int i = 0; i < 33; i++) {
            boolean isLight = random.nextBoolean();
            factors[i] = isLight ? 0.25f : 2;
            (isLight ? heavy : light)[0][i] = MaskedBatch.NOT_COUNTED;
        }
        float weight = even.weights()[0];
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(config, store, DType.F32, true)) {
            MaskedBatch first = new MaskedBatch(even.noisyIds(), light, even.segments(), new float[] {0.25f * weight});
            MaskedBatch second = new MaskedBatch(even.noisyIds(), heavy, even.segments(), new float[] {2 * weight});
            LossSums expected = pass.accumulate(first, 0.5, GradientListener.NONE)
                    .plus(pass.accumulate(second, 0.5, GradientListener.NONE));
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            store.gradients().zero();
            MaskedBatch together = new MaskedBatch(
                    even.noisyIds(), even.targets(), even.segments(), even.weights(), new float[][] {factors});
            LossSums sums = pass.accumulate(together, 0.5, GradientListener.NONE);
            assertNear("weighted", sums.weighted(), expected.weighted(), 1e-5);
            assertNear("cross entropy", sums.crossEntropy(), expected.crossEntropy(), 1e-5);
            assertNear("evaluated", pass.evaluate(together).weighted(), expected.weighted(), 1e-5);
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertNear(name, gradient, gradients.get(name), 1e-4));
        }
    }

    @Test
    void evaluating_gives_the_loss_of_training_and_no_gradients() {
        JsonNode golden = GoldenTraining.trainingCase("tied");
        ModelConfig config = GoldenTraining.config("b-tied");
        MaskedBatch batch = GoldenTraining.batch(golden, config.maskId());
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(config, store, DType.F32, false)) {
            LossSums evaluated = pass.evaluate(batch);
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertThat(gradient).as(name).containsOnly(0f));
            LossSums trained = pass.accumulate(batch, 1, GradientListener.NONE);
            assertNear("cross entropy", evaluated.crossEntropy(), trained.crossEntropy(), 1e-6);
            assertThat(evaluated.targets()).isEqualTo(trained.targets());
        }
    }

    @Test
    void micro_batches_add_up_to_the_batch() {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        MaskedBatch batch =
                GoldenTraining.batch(golden, GoldenTraining.config("a-untied").maskId());
        Step whole = step("a-untied", golden, DType.F32, false);
        try (ParameterStore store = GoldenTraining.parameters("a-untied");
                TrainingPass pass = pass(GoldenTraining.config("a-untied"), store, DType.F32, false)) {
            LossSums sums = LossSums.ZERO;
            for (int row = 0; row < batch.rows(); row++) {
                sums = sums.plus(pass.accumulate(row(batch, row), 1.0 / 72, GradientListener.NONE));
            }
            assertNear("loss", sums.loss(), whole.sums.loss(), 1e-5);
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertNear(name, gradient, whole.gradients.get(name), 5e-5));
        }
    }

    @Test
    void each_gradient_is_announced_once_when_it_is_final() {
        JsonNode golden = GoldenTraining.trainingCase("pretrain");
        Map<String, float[]> seen = new java.util.LinkedHashMap<>();
        try (ParameterStore store = GoldenTraining.parameters("a-untied");
                TrainingPass pass = pass(GoldenTraining.config("a-untied"), store, DType.F32, false)) {
            pass.accumulate(GoldenTraining.batch(golden, pass.config().maskId()), 1, slice -> {
                try (Scope _ = Scope.open()) {
                    assertThat(seen.put(
                                    slice.name(), store.gradient(slice.name()).toFloats()))
                            .as("%s announced before", slice.name())
                            .isNull();
                }
            });
            assertThat(seen.keySet()).first().isEqualTo("lm_head.weight");
            assertThat(new ArrayList<>(seen.keySet())).last().isEqualTo("model.embed_tokens.weight");
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) ->
                            assertThat(seen.get(name)).as(name).isEqualTo(gradient));
        }
    }

    @Test
    void a_hundred_steps_leave_no_tensor_behind() {
        JsonNode golden = GoldenTraining.trainingCase("tied");
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(GoldenTraining.config("b-tied"), store, DType.F32, true)) {
            MaskedBatch batch = GoldenTraining.batch(golden, pass.config().maskId());
            pass.accumulate(batch, 1, GradientListener.NONE);
            long before = Scope.liveCount();
            for (int i = 0; i < 100; i++) {
                pass.accumulate(batch, 1, GradientListener.NONE);
            }
            assertThat(Scope.liveCount()).isEqualTo(before);
        }
    }

    private record Step(LossSums sums, Map<String, float[]> gradients) {}

    private Step step(String model, JsonNode golden, DType dtype, boolean recompute) {
        ModelConfig config = GoldenTraining.config(model);
        MaskedBatch batch = GoldenTraining.batch(golden, config.maskId());
        try (ParameterStore store = GoldenTraining.parameters(model);
                TrainingPass pass = pass(config, store, dtype, recompute)) {
            double scale = 1.0 / (batch.rows() * batch.length());
            LossSums sums = pass.accumulate(batch, scale, GradientListener.NONE);
            return new Step(sums, GoldenTraining.gradients(store));
        }
    }

    private static MaskedBatch row(MaskedBatch batch, int row) {
        return new MaskedBatch(
                new int[][] {batch.noisyIds()[row]},
                new int[][] {batch.targets()[row]},
                new int[][] {batch.segments()[row]},
                new float[] {batch.weights()[row]});
    }

    private static MaskedBatch randomDocument(Random random, ModelConfig config, int length) {
        int[] noisy = new int[length];
        int[] targets = new int[length];
        Arrays.fill(targets, MaskedBatch.NOT_COUNTED);
        for (int i = 0; i < length; i++) {
            noisy[i] = 20 + random.nextInt(config.vocabSize() - 20);
            if (i > 0 && random.nextInt(3) == 0) {
                targets[i] = noisy[i];
                noisy[i] = config.maskId();
            }
        }
        return new MaskedBatch(new int[][] {noisy}, new int[][] {targets}, new int[1][length], new float[] {1.5f});
    }

    /** All documents in one row. */
    private static MaskedBatch packed(List<MaskedBatch> documents) {
        int length = documents.stream().mapToInt(MaskedBatch::length).sum();
        int[][] noisy = new int[1][length];
        int[][] targets = new int[1][length];
        int[][] segments = new int[1][length];
        int at = 0;
        for (int d = 0; d < documents.size(); d++) {
            MaskedBatch document = documents.get(d);
            System.arraycopy(document.noisyIds()[0], 0, noisy[0], at, document.length());
            System.arraycopy(document.targets()[0], 0, targets[0], at, document.length());
            Arrays.fill(segments[0], at, at + document.length(), d);
            at += document.length();
        }
        return new MaskedBatch(noisy, targets, segments, new float[] {1.5f});
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot / (norm(a) * norm(b));
    }
}
