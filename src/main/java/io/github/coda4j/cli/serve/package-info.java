/** The command that starts the server. */
@MayUse({
    "picocli",
    "cli",
    "files",
    "kernel.VectorWidth",
    "text",
    "model",
    "decode",
    "generate",
    "generate.request",
    "serve",
    "serve.http",
    "weights"
})
package io.github.coda4j.cli.serve;

import io.github.coda4j.MayUse;
