/** Commands that evaluate answers to published tasks. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "cli",
    "files",
    "text",
    "web",
    "eval",
    "eval.tasks",
    "eval.requests",
    "eval.verdict",
    "eval.answers",
    "eval.remote",
    "eval.report",
    "data",
    "eval.sanitize",
    "model",
    "tensor.Device",
    "weights",
    "eval.prompts",
    "eval.python",
    "eval.sandbox",
    "eval.score",
    "generate",
    "generate.length",
    "generate.request",
    "decode.commit"
})
package io.github.coda4j.cli.eval;

import io.github.coda4j.MayUse;
