/** Typed decisions: options in, one forward with a mask beside each, a probability for each out. */
@MayUse({"text", "decode", "decode.commit", "generate"})
package io.github.coda4j.generate.decision;

import io.github.coda4j.MayUse;
