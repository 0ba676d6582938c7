/** Parses, wires, prints, exits. */
@MayUse({
    "picocli",
    "org.jline",
    "com.fasterxml.jackson",
    "com.github.difflib",
    "org.knowm.xchart",
    "java.awt",
    "me.tongfei.progressbar",
    "kernel",
    "tensor",
    "weights",
    "text",
    "diffusion",
    "model",
    "model.plan",
    "model.training",
    "decode",
    "generate",
    "data",
    "masking",
    "train",
    "eval",
    "serve"
})
package io.github.coda4j.cli;

import io.github.coda4j.MayUse;
