/** An update snippet put into the code that it is about, line by line and without a model. */
@MayUse({})
package io.github.coda4j.serve.apply;

import io.github.coda4j.MayUse;
