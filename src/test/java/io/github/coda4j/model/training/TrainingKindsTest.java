package io.github.coda4j.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.RandomModels;
import io.github.coda4j.testkit.TensorFile;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training of models of every kind: norms of heads or none, biases here or there, shifted or in place. */
@Tag("training")
class TrainingKindsTest {
    @TempDir
    Path folder;

    static List<ModelKind> kinds() {
        return RandomModels.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void the_fused_pass_gives_the_gradients_of_the_plain_one(ModelKind kind) {
        ModelConfig config = RandomModels.config(kind);
        Path model = RandomModels.write(config, 21, folder.resolve("m"));
        MaskedBatch batch = batch(config, 2, 33);
        assertThat(batch.targets()[0][0] == MaskedBatch.NOT_COUNTED).isEqualTo(kind.alignment() == Alignment.SHIFTED);
        try (ParameterStore store = GoldenTraining.load(model);
                TrainingPass plain = new PlainTrainingPass(config, store, DType.F32, 2, false);
                TrainingPass fused = new FusedTrainingPass(config, store, DType.F32, 2, true)) {
            double scale = 1.0 / (batch.rows() * batch.length());
            LossSums expected = plain.accumulate(batch, scale, GradientListener.NONE);
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            store.gradients().zero();
            LossSums sums = fused.accumulate(batch, scale, GradientListener.NONE);
            assertThat(sums.loss()).isCloseTo(expected.loss(), within(1e-5 * expected.loss()));
            assertThat(sums.targets()).isEqualTo(batch.numTargets());
            GoldenTraining.gradients(store).forEach((name, gradient) -> {
                assertThat(gradient).as(name).isNotEqualTo(new float[gradient.length]);
                float[] wanted = gradients.get(name);
                for (int i = 0; i < wanted.length; i++) {
                    assertThat(gradient[i])
                            .as("%s, element %d", name, i)
                            .isCloseTo(wanted[i], within(2e-5f + 2e-4f * Math.abs(wanted[i])));
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void the_loss_of_a_target_is_that_of_the_row_which_the_alignment_names(ModelKind kind) {
        ModelConfig config = RandomModels.config(kind);
        Path model = RandomModels.write(config, 22, folder.resolve("m"));
        int[] ids = new SplittableRandom(1).ints(9, 5, config.vocabSize()).toArray();
        float[] logits;
        LoadOptions options = new LoadOptions(EngineKind.PLAIN, WeightFormat.FP32, Device.CPU, 2);
        try (CheckpointFolder stored = CheckpointFolder.open(model);
                Transformer transformer = Transformer.open(stored, options)) {
            logits = transformer.logits(ids);
        }
        boolean inPlace = kind.alignment() == Alignment.IN_PLACE;
        try (ParameterStore store = GoldenTraining.load(model);
                TrainingPass plain = new PlainTrainingPass(config, store, DType.F32, 2, false);
                TrainingPass fused = new FusedTrainingPass(config, store, DType.F32, 2, false)) {
            for (int position = inPlace ? 0 : 1; position < ids.length; position++) {
                MaskedBatch one = single(ids, position, 77);
                double expected = -logProbability(logits, inPlace ? position : position - 1, 77, config.vocabSize());
                assertThat(plain.evaluate(one).crossEntropy()).isCloseTo(expected, within(1e-4));
                assertThat(fused.evaluate(one).crossEntropy()).isCloseTo(expected, within(1e-4));
            }
        }
    }

    @Test
    void a_target_that_no_row_of_a_shifted_model_predicts_is_refused() {
        ModelConfig config = RandomModels.config(ModelKind.CODA);
        Path model = RandomModels.write(config, 23, folder.resolve("m"));
        MaskedBatch first = single(new int[] {7, 8, 9}, 0, 77);
        try (ParameterStore store = GoldenTraining.load(model);
                TrainingPass plain = new PlainTrainingPass(config, store, DType.F32, 1, false);
                TrainingPass fused = new FusedTrainingPass(config, store, DType.F32, 1, false)) {
            for (TrainingPass pass : List.of(plain, fused)) {
                assertThatThrownBy(() -> pass.evaluate(first))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("position 0 of row 0 has a target, but no output of a model with alignment "
                                + "shifted predicts it");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void parameters_of_a_kind_are_written_and_read_back_to_the_bit(ModelKind kind) {
        ModelConfig config = RandomModels.config(kind);
        Path model = RandomModels.write(config, 24, folder.resolve("m"));
        try (ParameterStore store = GoldenTraining.load(model)) {
            ParameterWriter.write(store, config, DType.F32, Optional.empty(), folder.resolve("copy"), false);
        }
        TensorFile before = TensorFile.read(model.resolve("model.safetensors"));
        TensorFile after = TensorFile.read(folder.resolve("copy/model.safetensors"));
        assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
        for (String name : before.names()) {
            assertThat(after.floats(name)).as(name).containsExactly(before.floats(name));
        }
        try (CheckpointFolder copy = CheckpointFolder.open(folder.resolve("copy"))) {
            assertThat(ModelConfig.read(copy.config())).isEqualTo(config);
        }
    }

    /** Rows of two documents, of which every second position is a target where a row predicts it. */
    private static MaskedBatch batch(ModelConfig config, int rows, int length) {
        SplittableRandom random = new SplittableRandom(length);
        int[][] ids = new int[rows][length];
        int[][] targets = new int[rows][length];
        int[][] segments = new int[rows][length];
        float[] weights = new float[rows];
        for (int b = 0; b < rows; b++) {
            weights[b] = 1 + b;
            for (int i = 0; i < length; i++) {
                int id = random.nextInt(5, config.vocabSize());
                boolean counts = i % 2 == 0 && (i > 0 || config.alignment().predictsFirst());
                ids[b][i] = counts ? config.maskId() : id;
                targets[b][i] = counts ? id : MaskedBatch.NOT_COUNTED;
                segments[b][i] = i < 20 ? 0 : 1;
            }
        }
        return new MaskedBatch(ids, targets, segments, weights);
    }

    private static MaskedBatch single(int[] ids, int position, int target) {
        int[] targets = new int[ids.length];
        Arrays.fill(targets, MaskedBatch.NOT_COUNTED);
        targets[position] = target;
        return new MaskedBatch(new int[][] {ids}, new int[][] {targets}, new int[1][ids.length], new float[] {1});
    }

    private static double logProbability(float[] logits, int row, int token, int vocab) {
        double sum = 0;
        for (int v = 0; v < vocab; v++) {
            sum += Math.exp(logits[row * vocab + v]);
        }
        return logits[row * vocab + token] - Math.log(sum);
    }
}
