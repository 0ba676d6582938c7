/** Requests in one line, and whether what answers them parses and does what was asked for. */
@MayUse({"files", "eval", "eval.verdict", "com.fasterxml.jackson"})
package io.github.coda4j.eval.requests;

import io.github.coda4j.MayUse;
