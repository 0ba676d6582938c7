package io.github.coda4j.decode;

import java.util.List;

/**
 * What a step did.
 *
 * @param step number of the step, from 0, over the whole session
 * @param commits in ascending order of position; may be empty
 * @param revoked positions that are masks again after it, commits of this step among them, ascending; mostly none
 * @param forward whether the model was run; steps that are known to commit nothing need no forward
 */
public record StepResult(int step, List<Commit> commits, List<Integer> revoked, boolean forward) {
    public StepResult {
        commits = List.copyOf(commits);
        revoked = List.copyOf(revoked);
    }

    /** A step that masks nothing again. */
    public StepResult(int step, List<Commit> commits, boolean forward) {
        this(step, commits, List.of(), forward);
    }
}
