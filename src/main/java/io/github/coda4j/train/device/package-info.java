/**
 * Training on the devices of PJRT plugins: which plugin is meant, and a model whose parameters and optimizer stay there
 * between steps.
 */
@MayUse({"diffusion", "files.TextFiles", "hlo", "hlo.coda", "model", "model.training", "pjrt", "pjrt.oracle", "tensor"})
package io.github.coda4j.train.device;

import io.github.coda4j.MayUse;
