/** The seam everyone calls: prompt or document with holes in, commit events and a completion out; the engine loop. */
@MayUse({
    "files",
    "text",
    "diffusion",
    "model",
    "model.plan",
    "decode",
    "generate.request",
    "generate.length",
    "syntax",
    "weights",
    "weights.hub",
    "com.sun.management"
})
package io.github.coda4j.generate;

import io.github.coda4j.MayUse;
