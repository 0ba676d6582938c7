package io.github.coda4j.serve.wire;

import java.util.List;

/**
 * What a step of an answer did.
 *
 * @param step number of the step, from 0
 * @param commits the tokens that it committed, from left to right
 * @param masksLeft positions that have none yet
 * @param regions the text so far of each hole, with U+2591 for each of these
 * @param text the whole text so far
 */
public record StepFrame(int step, List<Committed> commits, int masksLeft, List<String> regions, String text) {
    /**
     * A token that was committed.
     *
     * @param region the hole that it is in, from 0
     * @param position in the hole, from 0
     * @param token id
     * @param text of the token
     * @param probability in [0, 1]
     */
    public record Committed(int region, int position, int token, String text, float probability) {}

    public StepFrame {
        commits = List.copyOf(commits);
        regions = List.copyOf(regions);
    }

    /** The same with another whole text. */
    StepFrame withText(String whole) {
        return new StepFrame(step, commits, masksLeft, regions, whole);
    }
}
