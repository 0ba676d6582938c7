/** What a model is asked: the prompts of the field's harnesses, to the byte. */
@MayUse({"text", "eval.tasks", "eval.sanitize"})
package io.github.coda4j.eval.prompts;

import io.github.coda4j.MayUse;
