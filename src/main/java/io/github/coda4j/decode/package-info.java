/** How a canvas is decoded: the session, when to refresh which cache, when to stop. */
@MayUse({"diffusion", "model.plan", "decode.commit"})
package io.github.coda4j.decode;

import io.github.coda4j.MayUse;
