/** The server: what routes there are and what they do, who is let in, what is counted and logged. */
@MayUse({
    "serve.wire",
    "serve.http",
    "serve.apply",
    "files",
    "text",
    "decode",
    "decode.commit",
    "diffusion",
    "generate",
    "generate.length",
    "generate.decision",
    "generate.request",
    "com.fasterxml.jackson",
    "io.prometheus"
})
package io.github.coda4j.serve;

import io.github.coda4j.MayUse;
