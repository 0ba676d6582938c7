/**
 * Config and transformer: packed segments in, per-row proposals out; the plain differentiable one and the fast one; KV
 * cache.
 */
@MayUse({
    "files",
    "tensor",
    "tensor.products",
    "weights",
    "text.MaskToken",
    "text.SpecialTokens",
    "text.Tokenizer",
    "diffusion",
    "kernel",
    "model.plan"
})
package io.github.coda4j.model;

import io.github.coda4j.MayUse;
