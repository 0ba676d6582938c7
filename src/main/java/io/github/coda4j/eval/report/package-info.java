/** What evaluations gave: a summary for programs, a page with plots for people. */
@MayUse({
    "files",
    "plot",
    "eval.tasks",
    "eval.answers",
    "eval.score",
    "eval.verdict",
    "com.fasterxml.jackson",
    "com.github.difflib",
    "com.sun.management"
})
package io.github.coda4j.eval.report;

import io.github.coda4j.MayUse;
