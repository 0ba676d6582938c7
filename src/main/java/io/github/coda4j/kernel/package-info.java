/**
 * Fused CPU passes over raw memory: norm, rope, gate, quantize, top candidates of a logits row; each with a plain twin.
 *
 * <p>Kernels trust their callers: shapes, offsets and kinds are not compared with each other. What lies outside a
 * segment or an array is refused by the segment or array itself (IndexOutOfBoundsException), but an offset that is
 * wrong within it reads or overwrites other elements; rows may be written in part when that happens. Results do not
 * depend on whether the JVM has compiled the code yet. A NaN or an infinity in a row is never hidden: elements that
 * depend on it are not finite, and a row of bytes gets a scale that is not finite. Rounding to BF16 keeps NaNs as
 * processors make them (lower 16 bits zero).
 */
@MayUse({"jdk.incubator.vector"})
package io.github.coda4j.kernel;

import io.github.coda4j.MayUse;
