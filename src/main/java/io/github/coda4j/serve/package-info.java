/** OpenAI wire records, routes, server-sent events, admission, metrics, the page. */
@MayUse({"generate", "com.fasterxml.jackson", "generate.request", "decode", "text", "decode.commit"})
package io.github.coda4j.serve;

import io.github.coda4j.MayUse;
