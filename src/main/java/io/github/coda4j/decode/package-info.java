/** Which proposals to commit, when to refresh which cache, when to stop: the decode session and its policies. */
@MayUse({"diffusion", "model.plan"})
package io.github.coda4j.decode;

import io.github.coda4j.MayUse;
