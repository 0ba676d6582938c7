package io.github.coda4j.masking;

import io.github.coda4j.data.PackedBatch;

/**
 * The noise of held-out measurements: every maskable position with its row's noise level, the same at every step, so
 * that losses differ by the model alone.
 */
public final class HeldOutNoise implements MaskingRule {
    /** Order and noise of the held-out rows of every training run, so that runs compare. */
    public static final long SEED = 0;
    /** The least noise level. */
    public static final double EPS = 1e-3;

    private final Noising noising;

    private HeldOutNoise(MaskingOptions options) {
        this.noising = new Noising(options, Curriculum.plain(EPS));
    }

    /** The noise of a training run's measurements: whatever the options' seed, that of all runs counts. */
    public static HeldOutNoise ofRun(MaskingOptions options) {
        return of(options.withSeed(SEED));
    }

    /** Noise with the seed of the options. */
    public static HeldOutNoise of(MaskingOptions options) {
        return new HeldOutNoise(options);
    }

    /** The step does not count. */
    @Override
    public Noised mask(PackedBatch batch, long step, long firstRow) {
        return noising.heldOut(batch, firstRow, MaskingLevels.plain(EPS));
    }
}
