/** From samples to scores: every sample judged, pass@k with its uncertainty, results in the field's own formats. */
@MayUse({
    "files",
    "eval.tasks",
    "eval.verdict",
    "eval.sandbox",
    "eval.python",
    "eval.sanitize",
    "syntax.Grammar",
    "com.fasterxml.jackson"
})
package io.github.coda4j.eval.score;

import io.github.coda4j.MayUse;
