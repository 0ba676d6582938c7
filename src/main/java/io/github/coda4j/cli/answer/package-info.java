/** Commands in which a model answers: generate, infill, chat, demo. */
@MayUse({
    "picocli",
    "org.jline",
    "com.fasterxml.jackson",
    "com.github.difflib",
    "cli",
    "files",
    "text",
    "model",
    "decode",
    "generate",
    "generate.decision",
    "generate.request",
    "generate.length",
    "syntax.Grammar",
    "weights"
})
package io.github.coda4j.cli.answer;

import io.github.coda4j.MayUse;
