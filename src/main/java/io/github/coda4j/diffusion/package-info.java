/** The vocabulary of masked diffusion without tensors: canvas, block, timesteps, keyed draws. */
@MayUse({})
package io.github.coda4j.diffusion;

import io.github.coda4j.MayUse;
