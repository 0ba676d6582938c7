/** The hall of the command line: what its rooms share. It never runs a command. */
@MayUse({
    "picocli",
    "org.jline",
    "me.tongfei.progressbar",
    "files",
    "tensor.Device",
    "weights",
    "text",
    "model",
    "model.plan",
    "decode",
    "generate",
    "generate.request",
    "decode.commit"
})
package io.github.coda4j.cli;

import io.github.coda4j.MayUse;
