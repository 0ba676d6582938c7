/** Commands that measure speed and quality. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "bench",
    "bench.serve",
    "cli",
    "data",
    "text",
    "decode",
    "generate",
    "eval",
    "files",
    "train",
    "train.memory.MemoryPlan",
    "tensor.Device",
    "weights",
    "model",
    "model.training",
    "generate.length",
    "generate.request"
})
package io.github.coda4j.cli.bench;

import io.github.coda4j.MayUse;
