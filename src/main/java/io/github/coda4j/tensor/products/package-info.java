/** Matrix products: weights packed for the CPU, products of batches, and the machine's peak. */
@MayUse({"tensor", "jit", "org.bytedeco.javacpp"})
package io.github.coda4j.tensor.products;

import io.github.coda4j.MayUse;
