/** Processes that train together: how they meet, exchange gradients, and notice that one is gone. */
@MayUse({"tensor", "org.bytedeco"})
package io.github.coda4j.tensor.ranks;

import io.github.coda4j.MayUse;
