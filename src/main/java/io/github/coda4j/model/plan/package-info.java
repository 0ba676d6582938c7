/** What a forward pass is asked and what it answers, without tensors, so that decoding runs without libtorch. */
@MayUse({"diffusion"})
package io.github.coda4j.model.plan;

import io.github.coda4j.MayUse;
