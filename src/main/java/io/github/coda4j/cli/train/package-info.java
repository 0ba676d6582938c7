/** Commands that train, and the one that says what it would take. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "cli",
    "data.Split",
    "files.AccountFolders",
    "generate.ModelStore",
    "masking.AppliedMasks",
    "model",
    "model.training.PassOptions",
    "tensor.Device",
    "text.BpeTokenizer",
    "train",
    "train.device",
    "train.memory",
    "weights.CheckpointFolder"
})
package io.github.coda4j.cli.train;

import io.github.coda4j.MayUse;
