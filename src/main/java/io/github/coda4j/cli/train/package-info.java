/** Commands that train. */
@MayUse({
    "picocli",
    "cli",
    "data.Split",
    "files.AccountFolders",
    "masking.AppliedMasks",
    "model.VocabularyFit",
    "tensor.Device",
    "train",
    "train.device"
})
package io.github.coda4j.cli.train;

import io.github.coda4j.MayUse;
