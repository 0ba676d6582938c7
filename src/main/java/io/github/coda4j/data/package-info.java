/** Corpora to token shards to packed sequences; prompt and answer spans; seeded order; a cursor that resumes. */
@MayUse({
    "com.github.javaparser",
    "files",
    "text",
    "diffusion",
    "com.fasterxml.jackson",
    "com.github.luben.zstd",
    "dev.hardwood"
})
package io.github.coda4j.data;

import io.github.coda4j.MayUse;
