/**
 * Tasks, code extraction, sandbox, pass@k, reports, through any generator; infilling of held-out code, through any
 * denoiser; how good a model is, as a report with a plot.
 */
@MayUse({
    "files",
    "text.BpeTokenizer",
    "text.SpecialTokens",
    "text.Tokenizer",
    "generate",
    "generate.length",
    "generate.request.Given",
    "diffusion",
    "decode",
    "data",
    "masking",
    "weights",
    "model",
    "model.plan",
    "model.training",
    "tensor.Device",
    "com.fasterxml.jackson",
    "com.github.javaparser",
    "java.awt",
    "org.knowm.xchart",
    "syntax",
    "decode.commit"
})
package io.github.coda4j.eval;

import io.github.coda4j.MayUse;
