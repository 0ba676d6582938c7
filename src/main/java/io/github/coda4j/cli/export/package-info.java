/** Commands that write a model down for other programs. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "cli",
    "files",
    "weights",
    "model",
    "hlo",
    "hlo.coda",
    "train.AdamW",
    "train.Adafactor"
})
package io.github.coda4j.cli.export;

import io.github.coda4j.MayUse;
