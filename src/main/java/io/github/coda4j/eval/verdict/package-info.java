/** Whether a program is right: it is run where it can do no harm, as the field's own harnesses run it. */
@MayUse({"files", "eval.tasks", "eval.sandbox", "eval.python", "com.fasterxml.jackson", "javax.tools"})
package io.github.coda4j.eval.verdict;

import io.github.coda4j.MayUse;
