/** Commands that make or fetch models: init, quantize, pull. */
@MayUse({
    "picocli",
    "cli",
    "files",
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
