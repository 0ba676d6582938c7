/**
 * What a step, a load, a search for lengths and a training step take on this machine, beside the best that it can do;
 * measured, not said.
 */
@MayUse({
    "com.fasterxml.jackson",
    "decode",
    "decode.commit",
    "diffusion",
    "files",
    "generate",
    "generate.length",
    "model",
    "model.plan",
    "model.training",
    "plot",
    "tensor",
    "tensor.products.DevicePeak",
    "tensor.products.MemoryBandwidth",
    "tensor.products.ProductPeak",
    "tensor.ranks",
    "text",
    "train",
    "train.memory",
    "weights"
})
package io.github.coda4j.bench;

import io.github.coda4j.MayUse;
