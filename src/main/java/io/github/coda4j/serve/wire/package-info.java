/** What goes over the wire, without HTTP: requests read from JSON, answers put into frames, problems. */
@MayUse({
    "files",
    "text",
    "decode",
    "decode.commit",
    "generate",
    "generate.decision",
    "generate.request",
    "com.fasterxml.jackson"
})
package io.github.coda4j.serve.wire;

import io.github.coda4j.MayUse;
