/** Commands that show what a model is and does, for comparison with other implementations. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "cli",
    "files",
    "tensor.DType",
    "tensor.Device",
    "weights",
    "text",
    "diffusion",
    "decode",
    "decode.commit",
    "model",
    "model.plan",
    "model.training",
    "train",
    "generate.length",
    "generate.request"
})
package io.github.coda4j.cli.inspect;

import io.github.coda4j.MayUse;
