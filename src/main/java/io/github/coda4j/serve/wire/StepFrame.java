package io.github.coda4j.serve.wire;

import java.util.List;

/**
 * What a step of an answer did.
 *
 * @param step number of the step, from 0
 * @param commits the tokens that it committed, from left to right
 * @param masksLeft positions that have none yet
 * @param text the whole text so far, with U+2591 for each of these
 */
public record StepFrame(int step, List<Committed> commits, int masksLeft, String text) {
    /**
     * A token that was committed.
     *
     * @param position in the answer, from 0
     * @param token id
     * @param text of the token
     * @param probability in [0, 1]
     */
    public record Committed(int position, int token, String text, float probability) {}

    public StepFrame {
        commits = List.copyOf(commits);
    }
}
