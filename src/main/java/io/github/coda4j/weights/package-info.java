/** Reads and writes safetensors and checkpoint folders, strictly; quantizes; fetches from a hub. */
@MayUse({"files", "tensor.DType", "com.fasterxml.jackson"})
package io.github.coda4j.weights;

import io.github.coda4j.MayUse;
