/** Fused CPU passes over raw memory: norm, rope, gate, quantize, top candidates of a logits row; each with a plain twin. */
@MayUse({"jdk.incubator.vector"})
package io.github.coda4j.kernel;

import io.github.coda4j.MayUse;
