/**
 * How good a model is at held-out code, as a report with a plot: spans and holes filled in through any denoiser,
 * whether files still parse, held-out losses. Answers to published tasks are evaluated in the rooms below.
 */
@MayUse({
    "files",
    "text.BpeTokenizer",
    "text.SpecialTokens",
    "text.Tokenizer",
    "generate",
    "generate.length",
    "generate.request.Given",
    "generate.request.Parameter",
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
    "plot",
    "syntax",
    "decode.commit"
})
package io.github.coda4j.eval;

import io.github.coda4j.MayUse;
