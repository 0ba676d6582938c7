/** Commands that measure a checkpoint once and keep what they found beside it. */
@MayUse({"picocli", "cli", "files", "text", "weights", "model", "generate", "generate.length"})
package io.github.coda4j.cli.calibrate;

import io.github.coda4j.MayUse;
