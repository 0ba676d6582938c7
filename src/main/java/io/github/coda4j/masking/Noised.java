package io.github.coda4j.masking;

import io.github.coda4j.diffusion.MaskedBatch;

/** A masked batch and what was done to mask it. */
public record Noised(MaskedBatch batch, AppliedMasks applied) {}
