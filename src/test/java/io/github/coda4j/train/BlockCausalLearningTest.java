package io.github.coda4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockCausal.Border;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.Curriculum;
import io.github.coda4j.masking.MaskingOptions;
import io.github.coda4j.masking.MaskingRules;
import io.github.coda4j.masking.Noising;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.ModelKind;
import io.github.coda4j.model.ModelKind.Bias;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.GradientListener;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.ParameterWriter;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A block-causal model learns on clean and noised blocks what it then decodes block after block. */
@Tag("training")
class BlockCausalLearningTest {
    private static final int BLOCK = 4;
    private static final int LENGTH = 16;
    private static final int ROWS = 16;
    private static final int WORDS = 12;
    private static final int FIRST = 5;
    private static final int MASK = 4;

    @TempDir
    Path folder;

    /** Rows in which every token says which one follows. */
    private static PackedBatch rows(SplittableRandom random) {
        int[][] ids = new int[ROWS][LENGTH];
        boolean[][] maskable = new boolean[ROWS][LENGTH];
        for (int b = 0; b < ROWS; b++) {
            int token = random.nextInt(FIRST, FIRST + WORDS);
            for (int i = 0; i < LENGTH; i++) {
                ids[b][i] = token;
                token = FIRST + (token - FIRST + 5) % WORDS;
            }
            Arrays.fill(maskable[b], true);
        }
        return new PackedBatch(ids, new int[ROWS][LENGTH], maskable);
    }

    @ParameterizedTest
    @CsvSource({"IN_PLACE, false", "SHIFTED, true"})
    void a_toy_learns_and_then_decodes_with_its_exact_cache(Alignment alignment, boolean noisePerBlock) {
        ModelKind kind = new ModelKind(
                "a2d-qwen3",
                "A2DQwen3LMHeadModel",
                true,
                Bias.NONE,
                alignment,
                Optional.of(new BlockCausal(BLOCK, Border.PROMPT_END)));
        ModelConfig config = new ModelConfig(
                FIRST + WORDS,
                32,
                2,
                4,
                2,
                16,
                64,
                1e4,
                1e-6,
                64,
                kind,
                true,
                0.1,
                MASK,
                OptionalInt.of(0),
                List.of(1));
        MaskingOptions options = new MaskingOptions(MASK, 0, 3, MaskingRules.REPORT, alignment);
        Noising noising = new Noising(noisePerBlock ? options.withNoisyBlock(BLOCK) : options, Curriculum.plain(0.05));
        SplittableRandom random = new SplittableRandom(5);
        MaskedBatch measured =
                noising.heldOut(rows(random), 0, noising.curriculum().at(0)).batch();
        double before;
        double after;
        try (ParameterStore parameters = ParameterLoader.random(config, 1, Device.CPU);
                TrainingPass pass = TrainingPass.open(
                        PassKind.FUSED, config, parameters, new PassOptions(WeightFormat.FP32, 2, false));
                Updater updater = new LocalUpdater(parameters, AdamW.Settings.DEFAULT)) {
            before = pass.evaluate(measured).maskedCrossEntropy();
            for (int step = 0; step < 220; step++) {
                pass.accumulate(
                        noising.apply(rows(random), step, 0).batch(), 1.0 / ROWS / LENGTH, GradientListener.NONE);
                updater.update(5e-3, Math.min(1, 1 / updater.reduceGradients()));
            }
            after = pass.evaluate(measured).maskedCrossEntropy();
            ParameterWriter.write(parameters, config, DType.F32, Optional.empty(), folder.resolve("m"), false);
        }
        assertThat(before).isBetween(2.0, 4.0);
        assertThat(after).isLessThan(before / 2);
        assertThat(decodedRight(folder.resolve("m"), kind)).isGreaterThan(30); // of 36; by chance 3
    }

    /** How many of 36 tokens are what they should be. */
    private static int decodedRight(Path model, ModelKind kind) {
        int right = 0;
        try (CheckpointFolder stored = CheckpointFolder.open(model);
                Transformer transformer =
                        Transformer.open(stored, new LoadOptions(EngineKind.FAST, WeightFormat.FP32, Device.CPU, 2))) {
            assertThat(transformer.config().kind()).isEqualTo(kind);
            for (int start = 0; start < 4; start++) {
                int[] text = new int[12];
                for (int i = 0; i < text.length; i++) {
                    text[i] = FIRST + (start + 5 * i) % WORDS;
                }
                Canvas canvas = Canvas.forCompletion(Arrays.copyOf(text, 3), 9, MASK);
                DecodeOptions options = DecodeOptions.ofSteps(9).withCommit(new ConfidenceThreshold(0.9));
                try (DecodeSession session = DecodeSession.open(canvas, options, transformer)) {
                    while (!session.done()) {
                        session.apply(
                                transformer.forward(List.of(session.plan())).getFirst());
                    }
                    assertThat(session.cacheRefreshes()).isZero();
                }
                for (int i = 3; i < text.length; i++) {
                    right += canvas.ids(0, text.length)[i] == text[i] ? 1 : 0;
                }
            }
        }
        return right;
    }
}
