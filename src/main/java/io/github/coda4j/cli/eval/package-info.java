/** Commands that evaluate answers to published tasks. */
@MayUse({
    "picocli",
    "com.fasterxml.jackson",
    "cli",
    "files",
    "text",
    "eval.tasks",
    "eval.answers",
    "eval.sanitize",
    "model",
    "weights",
    "eval.prompts",
    "eval.python",
    "eval.sandbox",
    "eval.score",
    "generate",
    "generate.request",
    "decode"
})
package io.github.coda4j.cli.eval;

import io.github.coda4j.MayUse;
