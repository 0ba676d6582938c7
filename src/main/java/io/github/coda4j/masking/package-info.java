/** Sequences to masked examples: S1, S2, S3, noise level, curriculum by step. */
@MayUse({"diffusion", "data"})
package io.github.coda4j.masking;

import io.github.coda4j.MayUse;
