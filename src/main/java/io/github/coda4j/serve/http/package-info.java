/** HTTP without models: the server, its table of routes, one call, streams that wait for their reader, keys. */
@MayUse({"serve.wire", "files", "io.vertx", "io.netty", "com.fasterxml.jackson"})
package io.github.coda4j.serve.http;

import io.github.coda4j.MayUse;
