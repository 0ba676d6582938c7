/**
 * PJRT plugins made of Java, and one of them in front of the XLA that TensorFlow's library has: the same client and the
 * same programs as on a TPU, run on this machine's processor. Slow; it is there to be compared with.
 */
@MayUse("pjrt")
package io.github.coda4j.pjrt.oracle;

import io.github.coda4j.MayUse;
