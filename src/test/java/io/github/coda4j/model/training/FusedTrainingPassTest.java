package io.github.coda4j.model.training;

import static io.github.coda4j.testkit.Near.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.testkit.GoldenTraining;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("training")
class FusedTrainingPassTest extends TrainingPassContract {
    @Override
    TrainingPass pass(ModelConfig config, ParameterStore parameters, DType dtype, boolean recompute) {
        return new FusedTrainingPass(config, parameters, dtype, 2, recompute);
    }

    @ParameterizedTest
    @CsvSource({"a-untied, 1, 40", "b-tied, 3, 207", "d-bias-mha, 2, 33"})
    void gradients_equal_the_plain_ones_on_rows_of_several_documents(String model, int threads, int length) {
        ModelConfig config = GoldenTraining.config(model);
        MaskedBatch batch = randomBatch(config, 3, length);
        try (ParameterStore store = GoldenTraining.parameters(model);
                TrainingPass plain = new PlainTrainingPass(config, store, DType.F32, 2, false);
                TrainingPass fused = new FusedTrainingPass(config, store, DType.F32, threads, true)) {
            double scale = 1.0 / batch.rows() / batch.length();
            LossSums expected = plain.accumulate(batch, scale, GradientListener.NONE);
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            store.gradients().zero();
            LossSums sums = fused.accumulate(batch, scale, GradientListener.NONE);
            assertNear("loss", sums.loss(), expected.loss(), 1e-5);
            assertNear("cross entropy", sums.crossEntropy(), expected.crossEntropy(), 1e-5);
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertNear(name, gradient, gradients.get(name), 1e-4));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void the_same_batch_gives_the_same_gradients_to_the_bit_whichever_worker_takes_what(DType dtype) {
        ModelConfig config = GoldenTraining.config("a-untied");
        MaskedBatch batch = randomBatch(config, 2, 65);
        try (ParameterStore store = GoldenTraining.parameters("a-untied");
                TrainingPass pass = new FusedTrainingPass(config, store, dtype, 3, true)) {
            LossSums first = pass.accumulate(batch, 1, GradientListener.NONE);
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            for (int i = 0; i < 15; i++) {
                store.gradients().zero();
                assertThat(pass.accumulate(batch, 1, GradientListener.NONE)).isEqualTo(first);
                GoldenTraining.gradients(store)
                        .forEach((name, gradient) ->
                                assertThat(gradient).as(name).isEqualTo(gradients.get(name)));
            }
        }
    }

    @Test
    void the_planned_memory_shrinks_with_recompute_and_grows_with_the_batch() {
        ModelConfig config = ModelConfig.preset("coda-mini");
        long kept = FusedTrainingPass.plannedBytes(config, DType.BF16, 2, false, 4, 256);
        long recomputed = FusedTrainingPass.plannedBytes(config, DType.BF16, 2, true, 4, 256);
        long doubled = FusedTrainingPass.plannedBytes(config, DType.BF16, 2, false, 8, 256);
        assertThat(recomputed).isLessThan(kept);
        assertThat(doubled).isGreaterThan(kept).isLessThan(2 * kept);
    }

    @Test
    void a_batch_without_targets_has_no_gradients_but_announces_all() {
        ModelConfig config = GoldenTraining.config("b-tied");
        int[][] ids = {{7, 8, 9}};
        int[][] none = {{MaskedBatch.NOT_COUNTED, MaskedBatch.NOT_COUNTED, MaskedBatch.NOT_COUNTED}};
        int[] announced = {0};
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(config, store, DType.BF16, false)) {
            LossSums sums = pass.accumulate(
                    new MaskedBatch(ids, none, new int[1][3], new float[] {1}), 1, slice -> announced[0]++);
            assertThat(sums).isEqualTo(new LossSums(0, 0, 0, 3));
            assertThat(announced[0]).isEqualTo(store.slices().size());
            GoldenTraining.gradients(store)
                    .forEach((name, gradient) -> assertThat(gradient).as(name).containsOnly(0f));
        }
    }

    @Test
    void ids_outside_the_vocabulary_are_refused() {
        ModelConfig config = GoldenTraining.config("b-tied");
        int[][] none = {{MaskedBatch.NOT_COUNTED, MaskedBatch.NOT_COUNTED}};
        try (ParameterStore store = GoldenTraining.parameters("b-tied");
                TrainingPass pass = pass(config, store, DType.F32, false)) {
            MaskedBatch wrongId = new MaskedBatch(new int[][] {{7, 272}}, none, new int[1][2], new float[] {1});
            assertThatThrownBy(() -> pass.evaluate(wrongId))
                    .isInstanceOf(CodaException.class)
                    .hasMessage("token 272 in row 0 at position 1 is outside the model's vocabulary of 272");
            MaskedBatch wrongTarget = new MaskedBatch(
                    new int[][] {{7, 9}}, new int[][] {{MaskedBatch.NOT_COUNTED, 300}}, new int[1][2], new float[] {1});
            assertThatThrownBy(() -> pass.evaluate(wrongTarget))
                    .isInstanceOf(CodaException.class)
                    .hasMessageContaining("target 300 in row 0 at position 1");
        }
    }

    /** Rows of documents of random lengths, from one token on. */
    private static MaskedBatch randomBatch(ModelConfig config, int rows, int length) {
        Random random = new Random(length);
        int[][] ids = new int[rows][length];
        int[][] targets = new int[rows][length];
        int[][] segments = new int[rows][length];
        float[] weights = new float[rows];
        float[][] factors = new float[rows][];
        for (int b = 0; b < rows; b++) {
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            weights[b] = 1 + random.nextFloat();
            factors[b] = b == 0 ? MaskedBatch.EVEN : new float[length];
            for (int i = 0; i < length; i++) {
                ids[b][i] = random.nextInt(config.vocabSize());
                boolean isNew = i > 0 && random.nextInt(b == 0 ? 4 : 50) == 0;
                segments[b][i] = i == 0 ? 0 : segments[b][i - 1] + (isNew ? 1 : 0);
                if (i > 0 && random.nextBoolean()) {
                    targets[b][i] = ids[b][i];
                    ids[b][i] = config.maskId();
                }
                if (b > 0) {
                    factors[b][i] = (1 + random.nextInt(5)) / 2f;
                }
            }
        }
        return new MaskedBatch(ids, targets, segments, weights, factors);
    }
}
