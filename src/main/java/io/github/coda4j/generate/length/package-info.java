/** How long a hole is when nobody says it: which lengths are tried, and how they are ranked. */
@MayUse({"files"})
package io.github.coda4j.generate.length;

import io.github.coda4j.MayUse;
