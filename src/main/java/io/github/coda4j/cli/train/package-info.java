/** Commands that train. */
@MayUse({
    "picocli",
    "cli",
    "data",
    "masking",
    "model",
    "model.training",
    "tensor",
    "tensor.products",
    "tensor.ranks",
    "text",
    "train",
    "weights"
})
package io.github.coda4j.cli.train;

import io.github.coda4j.MayUse;
