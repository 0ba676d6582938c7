/** Fetches models from a hub into a cache; what breaks off goes on where it stopped. */
@MayUse({"files", "web", "weights", "com.fasterxml.jackson", "javax.net.ssl"})
package io.github.coda4j.weights.hub;

import io.github.coda4j.MayUse;
