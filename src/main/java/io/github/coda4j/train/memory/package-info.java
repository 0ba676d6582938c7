/**
 * What a training run takes of a device's memory, computed from shapes alone: of this machine, of a card, of a chip
 * among many.
 */
@MayUse({"hlo.coda.Distribution", "model", "model.training", "tensor.DType", "train", "weights.TensorSpec"})
package io.github.coda4j.train.memory;

import io.github.coda4j.MayUse;
