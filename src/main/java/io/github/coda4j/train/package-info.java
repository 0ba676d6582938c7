/**
 * Masked examples to better weights: the training run, loss, optimizers, schedules, checkpoints, data parallelism,
 * metrics.
 */
@MayUse({
    "files",
    "kernel",
    "tensor",
    "tensor.products.ProductPeak",
    "tensor.ranks",
    "text",
    "weights",
    "model",
    "model.training",
    "train.device",
    "hlo.coda.Distribution",
    "hlo.coda.Products",
    "hlo.coda.UpdateRule",
    "pjrt.PjrtClient",
    "pjrt.PjrtException",
    "diffusion",
    "data",
    "masking",
    "com.fasterxml.jackson",
    "com.google.protobuf"
})
package io.github.coda4j.train;

import io.github.coda4j.MayUse;
