/** Commands that make, fetch or list models: init, quantize, pull, models. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "com.sun.management",
    "cli",
    "files",
    "diffusion.Alignment",
    "tensor.Device",
    "tensor.DType",
    "weights",
    "web",
    "weights.hub",
    "text",
    "model",
    "model.training",
    "generate.ModelStore"
})
package io.github.coda4j.cli.make;

import io.github.coda4j.MayUse;
