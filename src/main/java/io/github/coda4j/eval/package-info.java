/** Tasks, code extraction, sandbox, pass@k, reports, through any generator. */
@MayUse({"generate", "com.fasterxml.jackson"})
package io.github.coda4j.eval;

import io.github.coda4j.MayUse;
