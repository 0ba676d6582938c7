package io.github.coda4j.cli.bench;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.Curriculum;
import io.github.coda4j.masking.Growth;
import io.github.coda4j.masking.MaskingLevels;
import io.github.coda4j.masking.MaskingOptions;
import io.github.coda4j.masking.MaskingRules;
import io.github.coda4j.masking.Noising;
import io.github.coda4j.masking.WindowTask;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.training.FusedTrainingPass;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.CheckpointFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/**
 * Mean cross entropies of held-out tokens in nats, for three ways to mask them; always the same masks for the same rows
 * and seed.
 */
final class HeldOutLosses {
    private static final double EPS = 1e-3;
    private static final int ROWS_AT_A_TIME = 8;

    private final PackedSequences sequences;
    private final int rows;
    private final int window;
    private final long seed;

    /**
     * Losses over shards that the caller closes.
     *
     * @param length positions per row
     * @param rows how many, or as many as there are
     * @param window tokens that are masked together in completion and infilling
     */
    HeldOutLosses(TokenShards heldOut, int length, int rows, int window, long seed) {
        this.sequences = PackedSequences.of(heldOut, length, seed);
        this.rows = rows;
        this.window = window;
        this.seed = seed;
    }

    /** The losses by task: noise, completion and infilling. */
    Map<String, Double> of(CheckpointFolder folder) {
        ModelConfig config = ModelConfig.read(folder.config());
        int threads = Runtime.getRuntime().availableProcessors();
        try (ParameterStore parameters = ParameterLoader.load(folder, Device.CPU);
                TrainingPass pass = new FusedTrainingPass(config, parameters, DType.BF16, threads, false)) {
            Noising noising = noising(config);
            MaskingLevels levels = MaskingLevels.plain(EPS);
            WindowTask task = new WindowTask(seed, window, config.maskId());
            Map<String, Double> losses = new LinkedHashMap<>();
            losses.put(
                    "noise",
                    loss(
                            pass,
                            (batch, row) -> noising.heldOut(batch, row, levels).batch()));
            losses.put("completion", loss(pass, (batch, row) -> task.mask(batch, row, WindowTask.Sees.LEFT)));
            losses.put("infilling", loss(pass, (batch, row) -> task.mask(batch, row, WindowTask.Sees.BOTH)));
            return losses;
        }
    }

    private Noising noising(ModelConfig config) {
        int pad = config.padId().orElse(config.maskId());
        Curriculum none = new Curriculum(
                Growth.named("constant", OptionalLong.empty()),
                List.of(0.0),
                List.of(0.0),
                List.of(0.0),
                List.of(List.of()),
                List.of(EPS),
                0,
                1,
                1);
        return new Noising(
                new MaskingOptions(config.maskId(), pad, seed, MaskingRules.REPORT, config.alignment()), none);
    }

    private double loss(TrainingPass pass, BiFunction<PackedBatch, Long, MaskedBatch> masking) {
        LossSums sums = LossSums.ZERO;
        int count = (int) Math.min(rows, sequences.numSequences());
        for (int row = 0; row < count; row += ROWS_AT_A_TIME) {
            PackedBatch batch = sequences.read(row, Math.min(ROWS_AT_A_TIME, count - row));
            sums = sums.plus(pass.evaluate(masking.apply(batch, (long) row)));
        }
        return sums.maskedCrossEntropy();
    }
}
