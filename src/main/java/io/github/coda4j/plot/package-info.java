/** Charts as pictures, for pages. */
@MayUse({"java.awt", "org.knowm.xchart"})
package io.github.coda4j.plot;

import io.github.coda4j.MayUse;
