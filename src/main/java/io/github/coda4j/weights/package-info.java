/** Reads and writes safetensors and checkpoint folders, strictly; quantizes; fetches from a hub. */
@MayUse({"tensor", "com.fasterxml.jackson", "javax.net.ssl"})
package io.github.coda4j.weights;

import io.github.coda4j.MayUse;
