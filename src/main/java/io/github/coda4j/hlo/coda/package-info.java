/**
 * The model as programs for accelerators: forward, masked diffusion loss, training step with its optimizer, decode
 * step; layers in one loop, however many there are.
 */
@MayUse({"hlo", "model", "weights.TensorSpec", "diffusion.Alignment", "diffusion.MaskedBatch"})
package io.github.coda4j.hlo.coda;

import io.github.coda4j.MayUse;
