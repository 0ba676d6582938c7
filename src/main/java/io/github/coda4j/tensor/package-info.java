/**
 * The only code that touches libtorch: typed, shaped, scoped tensors, devices, the operations we need, the worker team.
 */
@MayUse({"org.bytedeco"})
package io.github.coda4j.tensor;

import io.github.coda4j.MayUse;
