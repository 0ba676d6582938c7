/** The published sets of tasks: where their files are, which version they are of, and what a row says. */
@MayUse({"files", "com.fasterxml.jackson"})
package io.github.coda4j.eval.tasks;

import io.github.coda4j.MayUse;
