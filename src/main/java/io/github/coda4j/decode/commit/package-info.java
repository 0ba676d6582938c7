/** Which proposals of a step are committed: the seam of commit policies, and the policies, a file each. */
@MayUse({"diffusion"})
package io.github.coda4j.decode.commit;

import io.github.coda4j.MayUse;
