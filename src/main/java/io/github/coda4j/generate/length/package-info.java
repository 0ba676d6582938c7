/** How long a hole is when nobody says it: which lengths are tried, how they are ranked, how a completion grows. */
@MayUse({"files"})
package io.github.coda4j.generate.length;

import io.github.coda4j.MayUse;
