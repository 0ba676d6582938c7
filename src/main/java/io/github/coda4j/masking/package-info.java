/**
 * Sequences to masked examples: S1, S2, S3, S4, noise level, curriculum by step; or by a rule of somebody else, which a
 * config names.
 */
@MayUse({"files.ConfigValues", "diffusion", "data"})
package io.github.coda4j.masking;

import io.github.coda4j.MayUse;
