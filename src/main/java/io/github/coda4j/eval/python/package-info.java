/** Python interpreters: which one there is, and one that answers questions from inside a sandbox. */
@MayUse({"files", "eval.sandbox", "com.fasterxml.jackson"})
package io.github.coda4j.eval.python;

import io.github.coda4j.MayUse;
