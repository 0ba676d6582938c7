package io.github.coda4j.decode;

import java.util.List;

/**
 * What a step did.
 *
 * @param step number of the step, from 0, over the whole session
 * @param commits in ascending order of position; may be empty
 * @param forward whether the model was run; steps that are known to commit nothing need no forward
 */
public record StepResult(int step, List<Commit> commits, boolean forward) {
    public StepResult {
        commits = List.copyOf(commits);
    }
}
