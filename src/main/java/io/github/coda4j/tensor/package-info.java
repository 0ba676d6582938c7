/** The only code that touches libtorch: typed, shaped, scoped tensors, devices, the operations we need, the process group. */
@MayUse({"org.bytedeco", "kernel"})
package io.github.coda4j.tensor;

import io.github.coda4j.MayUse;
