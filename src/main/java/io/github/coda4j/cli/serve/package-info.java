/** The command that starts the server, and the server of the demo's page. */
@MayUse({
    "picocli",
    "org.jline",
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
