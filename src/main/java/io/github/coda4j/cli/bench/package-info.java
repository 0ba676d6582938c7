/** Commands that measure speed and quality. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "org.knowm.xchart",
    "java.awt",
    "cli",
    "files",
    "text",
    "diffusion",
    "decode",
    "generate",
    "data",
    "masking",
    "eval",
    "train",
    "tensor",
    "tensor.products",
    "weights",
    "model",
    "model.plan",
    "model.training",
    "generate.request"
})
package io.github.coda4j.cli.bench;

import io.github.coda4j.MayUse;
