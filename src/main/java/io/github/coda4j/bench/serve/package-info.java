/** What a server does under load: many clients at once, some of which leave, do not read, or do nothing at all. */
@MayUse({
    "bench",
    "com.fasterxml.jackson",
    "files",
    "generate",
    "generate.request",
    "model",
    "model.plan",
    "serve",
    "serve.http",
    "tensor.Scope",
    "text",
    "weights"
})
package io.github.coda4j.bench.serve;

import io.github.coda4j.MayUse;
