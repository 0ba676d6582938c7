/** Reads and writes safetensors and checkpoint folders, strictly; rounds to int8 and 4 bits. */
@MayUse({"files", "tensor.DType", "com.fasterxml.jackson"})
package io.github.coda4j.weights;

import io.github.coda4j.MayUse;
