/** What becomes of an answer before it is judged: where it is cut, and which part of it is the program. */
@MayUse({"syntax", "eval.sandbox", "eval.python", "com.fasterxml.jackson"})
package io.github.coda4j.eval.sanitize;

import io.github.coda4j.MayUse;
