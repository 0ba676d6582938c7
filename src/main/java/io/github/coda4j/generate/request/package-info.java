/**
 * What a request means: values from flags, JSON bodies, Java calls, the environment and the checkpoint become decode
 * options, a length and stop strings.
 */
@MayUse({"files", "decode", "decode.commit", "model.ModelKind"})
package io.github.coda4j.generate.request;

import io.github.coda4j.MayUse;
