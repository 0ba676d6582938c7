/**
 * Processes that may run anything: confined by the kernel before they start (Landlock, seccomp, no new privileges), set
 * from a thread of ours and inherited by the process that it starts.
 */
@MayUse({})
package io.github.coda4j.eval.sandbox;

import io.github.coda4j.MayUse;
