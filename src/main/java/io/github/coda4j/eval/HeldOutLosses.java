package io.github.coda4j.eval;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.data.PackedSequences;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.masking.HeldOutNoise;
import io.github.coda4j.masking.MaskingOptions;
import io.github.coda4j.masking.MaskingRules;
import io.github.coda4j.masking.WindowTask;
import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.training.LossSums;
import io.github.coda4j.model.training.ParameterLoader;
import io.github.coda4j.model.training.ParameterStore;
import io.github.coda4j.model.training.PassKind;
import io.github.coda4j.model.training.PassOptions;
import io.github.coda4j.model.training.TrainingPass;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.weights.CheckpointFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;

/**
 * Mean cross entropies of held-out tokens in nats, for three ways to mask them; always the same masks for the same rows
 * and seed.
 */
public final class HeldOutLosses {
    /** The tasks by their names in reports: random noise, completing a window, and filling it from both sides. */
    public static final String NOISE = "noise";

    public static final String COMPLETION = "completion";
    public static final String INFILLING = "infilling";

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
    public HeldOutLosses(TokenShards heldOut, int length, int rows, int window, long seed) {
        this.sequences = PackedSequences.of(heldOut, length, seed);
        this.rows = rows;
        this.window = window;
        this.seed = seed;
    }

    /** Told how many rows were measured, of how many. */
    @FunctionalInterface
    public interface Measured {
        void rows(long done, long all);
    }

    /**
     * The losses by task, computed as in training: in bf16 on all cores.
     *
     * @param measured told how many rows were measured, of how many, over all tasks
     * @throws io.github.coda4j.CodaException when the folder holds no model, or one that is quantized
     */
    public Map<String, Double> of(CheckpointFolder folder, Measured measured) {
        ModelConfig config = ModelConfig.of(folder);
        if (config.kind().blocks().isPresent()) {
            throw CodaException.of(
                    "%s has block-causal attention: it sees nothing behind a block, and its loss is measured with what"
                            + " stands before it; these tasks are for a model that sees the whole sequence",
                    folder.source());
        }
        PassOptions options =
                new PassOptions(WeightFormat.BF16, Runtime.getRuntime().availableProcessors(), false);
        try (ParameterStore parameters = ParameterLoader.load(folder, Device.CPU);
                TrainingPass pass = TrainingPass.open(PassKind.FUSED, config, parameters, options)) {
            HeldOutNoise noise = HeldOutNoise.of(new MaskingOptions(
                    config.maskId(), notTheMask(config), seed, MaskingRules.REPORT, config.alignment()));
            WindowTask task = new WindowTask(seed, window, config.maskId());
            Map<String, Double> losses = new LinkedHashMap<>();
            Map<String, BiFunction<PackedBatch, Long, MaskedBatch>> tasks = new LinkedHashMap<>();
            tasks.put(NOISE, (batch, row) -> noise.mask(batch, 0, row).batch());
            tasks.put(COMPLETION, (batch, row) -> task.mask(batch, row, WindowTask.Sees.LEFT));
            tasks.put(INFILLING, (batch, row) -> task.mask(batch, row, WindowTask.Sees.BOTH));
            long count = Math.min(rows, sequences.numSequences());
            tasks.forEach((name, masking) -> {
                long before = losses.size() * count;
                losses.put(name, loss(pass, masking, done -> measured.rows(before + done, tasks.size() * count)));
            });
            return losses;
        }
    }

    /** A pad id, which noise alone never writes; some models have none. */
    private static int notTheMask(ModelConfig config) {
        return config.padId().orElse(config.maskId() == 0 ? 1 : 0);
    }

    private double loss(TrainingPass pass, BiFunction<PackedBatch, Long, MaskedBatch> masking, LongConsumer measured) {
        LossSums sums = LossSums.ZERO;
        int count = (int) Math.min(rows, sequences.numSequences());
        for (int row = 0; row < count; row += ROWS_AT_A_TIME) {
            PackedBatch batch = sequences.read(row, Math.min(ROWS_AT_A_TIME, count - row));
            sums = sums.plus(pass.evaluate(masking.apply(batch, (long) row)));
            measured.accept(row + batch.rows());
        }
        return sums.maskedCrossEntropy();
    }
}
