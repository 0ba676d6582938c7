/**
 * Tasks, code extraction, sandbox, pass@k, reports, through any generator; infilling of held-out code, through any
 * denoiser.
 */
@MayUse({
    "generate",
    "diffusion",
    "decode",
    "model.plan",
    "com.fasterxml.jackson",
    "com.github.javaparser",
    "org.treesitter",
    "decode.commit"
})
package io.github.coda4j.eval;

import io.github.coda4j.MayUse;
