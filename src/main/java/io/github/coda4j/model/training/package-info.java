/** The transformer as it is trained: parameters with gradients, forward and backward layer by layer. */
@MayUse({"files", "tensor", "weights", "diffusion", "kernel", "model"})
package io.github.coda4j.model.training;

import io.github.coda4j.MayUse;
