/** Answers of a model to the tasks of a set: what it is asked, several at once, and the samples that come of it. */
@MayUse({
    "files",
    "text",
    "decode",
    "decode.commit",
    "generate",
    "generate.length",
    "generate.request",
    "syntax",
    "eval.NGram",
    "eval.tasks",
    "eval.prompts",
    "eval.sanitize",
    "com.fasterxml.jackson"
})
package io.github.coda4j.eval.answers;

import io.github.coda4j.MayUse;
