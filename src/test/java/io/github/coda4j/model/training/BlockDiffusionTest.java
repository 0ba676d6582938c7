package io.github.coda4j.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Scope;
import io.github.coda4j.testkit.GoldenTraining;
import io.github.coda4j.testkit.RandomModels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Training of models with block-causal attention, on clean and noised blocks side by side. */
@Tag("training")
class BlockDiffusionTest {
    private static final int BLOCK = 4;

    @TempDir
    Path folder;

    private static ModelKind kind(boolean qkNorm, Bias bias, Alignment alignment, int block) {
        ModelKind kind = RandomModels.kind(qkNorm, bias, alignment);
        Optional<BlockCausal> blocks =
                block == 0 ? Optional.empty() : Optional.of(new BlockCausal(block, Border.START));
        return new ModelKind("a2d-qwen3", "A2DQwen3LMHeadModel", qkNorm, bias, kind.alignment(), blocks);
    }

    private static ModelConfig config(Alignment alignment, int block) {
        return RandomModels.config(kind(true, Bias.NONE, alignment, block));
    }

    private ParameterStore store(ModelConfig config) {
        return GoldenTraining.load(RandomModels.write(config, 21, folder.resolve("m")));
    }

    private static TrainingPass pass(PassKind pass, ModelConfig config, ParameterStore store) {
        return switch (pass) {
            case PLAIN -> new PlainTrainingPass(config, store, DType.F32, 2, false);
            case FUSED -> new FusedTrainingPass(config, store, DType.F32, 2, true);
        };
    }

    /** Rows of documents that end at {@code ends}, about half of whose tokens are masked. */
    private static MaskedBatch batch(ModelConfig config, int rows, int length, int... ends) {
        SplittableRandom random = new SplittableRandom(length);
        int[][] ids = new int[rows][length];
        int[][] targets = new int[rows][length];
        int[][] segments = new int[rows][length];
        float[] weights = new float[rows];
        float[][] factors = new float[rows][length];
        for (int b = 0; b < rows; b++) {
            weights[b] = 1 + b;
            for (int i = 0; i < length; i++) {
                int at = i;
                segments[b][i] =
                        (int) Arrays.stream(ends).filter(end -> end <= at).count();
                boolean first = i == 0 || segments[b][i] != segments[b][i - 1];
                boolean masked =
                        random.nextBoolean() && (!first || config.alignment().predictsFirst());
                ids[b][i] = random.nextInt(5, config.vocabSize());
                targets[b][i] = masked ? ids[b][i] : MaskedBatch.NOT_COUNTED;
                ids[b][i] = masked ? config.maskId() : ids[b][i];
                factors[b][i] = 1 + i % 3;
            }
        }
        return new MaskedBatch(ids, targets, segments, weights, factors);
    }

    @ParameterizedTest
    @CsvSource({"true, NONE, IN_PLACE", "false, QKV, SHIFTED"})
    void loss_and_gradients_are_those_of_blocks_run_one_after_another_in_double_precision(
            boolean qkNorm, Bias bias, Alignment alignment) {
        ModelConfig config = RandomModels.config(kind(qkNorm, bias, alignment, BLOCK));
        MaskedBatch batch = batch(config, 2, 11, 7);
        assertThat(batch.targets()[0]).contains(MaskedBatch.NOT_COUNTED);
        try (ParameterStore store = store(config)) {
            Map<String, double[]> parameters = values(store);
            BlockByBlock reference = new BlockByBlock(config, parameters);
            double loss = reference.loss(batch);
            for (PassKind pass : PassKind.values()) {
                store.gradients().zero();
                try (TrainingPass own = pass(pass, config, store)) {
                    assertThat(own.evaluate(batch).weighted()).isCloseTo(loss, within(1e-5 * loss));
                    LossSums sums = own.accumulate(batch, 1, GradientListener.NONE);
                    assertThat(sums.weighted()).isCloseTo(loss, within(1e-5 * loss));
                    assertThat(sums.positions()).isEqualTo(22);
                    assertThat(sums.targets()).isEqualTo(batch.numTargets());
                }
                GoldenTraining.gradients(store)
                        .forEach((name, gradient) -> assertDerivatives(
                                pass + " " + name, gradient, parameters.get(name), () -> reference.loss(batch)));
            }
        }
    }

    /** The loss as a number that changes with what its parameters hold. */
    @FunctionalInterface
    private interface Loss {
        double now();
    }

    /** Compares the largest derivative and another with differences of the loss. */
    private static void assertDerivatives(String name, float[] gradient, double[] parameter, Loss loss) {
        int largest = 0;
        for (int i = 1; i < gradient.length; i++) {
            largest = Math.abs(gradient[i]) > Math.abs(gradient[largest]) ? i : largest;
        }
        for (int i : new int[] {largest, gradient.length / 2}) {
            double before = parameter[i];
            parameter[i] = before + 1e-5;
            double above = loss.now();
            parameter[i] = before - 1e-5;
            double below = loss.now();
            parameter[i] = before;
            double expected = (above - below) / 2e-5;
            assertThat((double) gradient[i])
                    .as("%s, element %d", name, i)
                    .isCloseTo(expected, within(2e-4 + 2e-4 * Math.abs(expected)));
        }
        assertThat(gradient[largest]).as(name).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"IN_PLACE, 1, 33, 7", "SHIFTED, 3, 65, 32", "IN_PLACE, 1, 211, 211"})
    void the_fused_pass_gives_the_gradients_of_the_plain_one(Alignment alignment, int rows, int length, int end) {
        ModelConfig config = config(alignment, 7);
        MaskedBatch batch = batch(config, rows, length, end);
        try (ParameterStore store = store(config)) {
            LossSums expected = accumulated(PassKind.PLAIN, config, store, batch);
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            LossSums sums = accumulated(PassKind.FUSED, config, store, batch);
            assertThat(sums.weighted()).isCloseTo(expected.weighted(), within(1e-5 * expected.weighted()));
            assertNear(store, gradients);
        }
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, IN_PLACE", "PLAIN, SHIFTED", "FUSED, IN_PLACE", "FUSED, SHIFTED"})
    void one_block_for_all_is_the_ordinary_objective(PassKind pass, Alignment alignment) {
        ModelConfig blocks = config(alignment, 11);
        ModelConfig whole = config(alignment, 0);
        MaskedBatch batch = batch(whole, 2, 11, 7);
        try (ParameterStore store = store(whole)) {
            LossSums expected = accumulated(pass, whole, store, batch);
            Map<String, float[]> gradients = GoldenTraining.gradients(store);
            LossSums sums = accumulated(pass, blocks, store, batch);
            assertThat(sums.weighted()).isCloseTo(expected.weighted(), within(1e-6 * expected.weighted()));
            assertNear(store, gradients);
        }
    }

    @ParameterizedTest
    @EnumSource(PassKind.class)
    void a_block_s_loss_depends_on_what_stands_before_it_and_on_nothing_behind(PassKind pass) {
        ModelConfig config = config(Alignment.IN_PLACE, BLOCK);
        int[] text = new SplittableRandom(3).ints(12, 5, config.vocabSize()).toArray();
        try (ParameterStore store = store(config);
                TrainingPass own = pass(pass, config, store)) {
            double loss = own.evaluate(second(config, text, -1)).weighted();
            for (int changed = 0; changed < 12; changed++) {
                int[] other = text.clone();
                other[changed]++;
                double found = own.evaluate(second(config, other, -1)).weighted();
                if (changed < 6) {
                    assertThat(found).as("token %d", changed).isNotCloseTo(loss, within(1e-6));
                } else if (changed >= 8) {
                    assertThat(found).as("token %d", changed).isEqualTo(loss);
                }
            }
            // How noisy the block before is does not count: it is seen clean.
            assertThat(own.evaluate(second(config, text, 1)).weighted()).isCloseTo(loss, within(1e-5));
        }
    }

    /** Positions 6 and 7 of the block [4, 8) are masked; so is, without weight, another one. */
    private static MaskedBatch second(ModelConfig config, int[] text, int other) {
        int[] ids = text.clone();
        int[] targets = new int[ids.length];
        Arrays.fill(targets, MaskedBatch.NOT_COUNTED);
        float[] factors = new float[ids.length];
        Arrays.fill(factors, 2);
        for (int i : other < 0 ? new int[] {6, 7} : new int[] {6, 7, other}) {
            targets[i] = text[i];
            ids[i] = config.maskId();
        }
        if (other >= 0) {
            factors[other] = Float.MIN_NORMAL;
        }
        return new MaskedBatch(
                new int[][] {ids}, new int[][] {targets}, new int[1][ids.length], new float[] {1}, new float[][] {
                    factors
                });
    }

    @ParameterizedTest
    @EnumSource(PassKind.class)
    void documents_of_a_row_are_trained_as_if_each_were_alone(PassKind pass) {
        ModelConfig config = config(Alignment.SHIFTED, BLOCK);
        MaskedBatch together = batch(config, 1, 17, 6);
        try (ParameterStore store = store(config);
                TrainingPass own = pass(pass, config, store)) {
            LossSums apart = own.evaluate(cut(together, 0, 6)).plus(own.evaluate(cut(together, 6, 17)));
            LossSums sums = own.evaluate(together);
            assertThat(sums.targets()).isEqualTo(apart.targets());
            assertThat(sums.weighted()).isCloseTo(apart.weighted(), within(1e-5 * apart.weighted()));
        }
    }

    private static MaskedBatch cut(MaskedBatch batch, int from, int to) {
        return new MaskedBatch(
                new int[][] {Arrays.copyOfRange(batch.noisyIds()[0], from, to)},
                new int[][] {Arrays.copyOfRange(batch.targets()[0], from, to)},
                new int[1][to - from],
                batch.weights(),
                new float[][] {Arrays.copyOfRange(batch.factors()[0], from, to)});
    }

    @Test
    void a_document_s_first_token_is_no_target_of_shifted_rows() {
        ModelConfig config = config(Alignment.SHIFTED, BLOCK);
        int[] targets = {MaskedBatch.NOT_COUNTED, MaskedBatch.NOT_COUNTED, 7};
        MaskedBatch wrong = new MaskedBatch(
                new int[][] {{8, 9, config.maskId()}}, new int[][] {targets}, new int[][] {{0, 0, 1}}, new float[] {1});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunTokens.of(wrong, config))
                .withMessage("position 2 of row 0 has a target, but no output of a model with alignment shifted"
                        + " predicts it");
    }

    @Test
    void the_work_and_the_memory_of_both_copies_are_counted() {
        ModelConfig blocks = config(Alignment.IN_PLACE, BLOCK);
        ModelConfig whole = config(Alignment.IN_PLACE, 0);
        MaskedBatch batch = batch(whole, 1, 10, 10);
        long pairs = 2 * (4 * 4 + 4 * 8 + 2 * 10);
        double attention = 12.0 * 6 * 12 * 2;
        assertThat(TrainingWork.operations(blocks, 1000, batch)).isEqualTo(6.0 * 1000 * 20 + attention * pairs);
        assertThat(TrainingWork.operations(whole, 1000, batch)).isEqualTo(6.0 * 1000 * 10 + attention * 100);
        assertThat(FusedTrainingPass.plannedBytes(blocks, DType.BF16, 2, true, 3, 64))
                .isEqualTo(FusedTrainingPass.plannedBytes(whole, DType.BF16, 2, true, 3, 128));
    }

    private static LossSums accumulated(PassKind pass, ModelConfig config, ParameterStore store, MaskedBatch batch) {
        store.gradients().zero();
        try (TrainingPass own = pass(pass, config, store)) {
            return own.accumulate(batch, 1.0 / batch.rows() / batch.length(), GradientListener.NONE);
        }
    }

    private static void assertNear(ParameterStore store, Map<String, float[]> expected) {
        GoldenTraining.gradients(store).forEach((name, gradient) -> {
            float[] wanted = expected.get(name);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(gradient[i])
                        .as("%s, element %d", name, i)
                        .isCloseTo(wanted[i], within(2e-5f + 2e-4f * Math.abs(wanted[i])));
            }
        });
    }

    private static Map<String, double[]> values(ParameterStore store) {
        Map<String, double[]> values = new TreeMap<>();
        try (Scope _ = Scope.open()) {
            store.slices().forEach(slice -> {
                float[] floats = store.value(slice.name()).toFloats();
                double[] wide = new double[floats.length];
                Arrays.setAll(wide, i -> floats[i]);
                values.put(slice.name(), wide);
            });
        }
        return values;
    }
}
