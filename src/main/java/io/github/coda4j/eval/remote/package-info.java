/** Servers that speak OpenAI's protocol, ours among them, as those who are asked. */
@MayUse({"files", "web", "generate", "text", "eval.answers", "eval.tasks", "com.fasterxml.jackson"})
package io.github.coda4j.eval.remote;

import io.github.coda4j.MayUse;
