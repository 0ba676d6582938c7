/** Text to ids and back: tokenizer, special tokens, chat template, UTF-8-safe streaming. */
@MayUse({"files", "com.knuddels.jtokkit", "com.fasterxml.jackson"})
package io.github.coda4j.text;

import io.github.coda4j.MayUse;
