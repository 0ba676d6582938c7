package io.github.coda4j.serve.wire;

import java.util.List;

/**
 * What a step of an answer did.
 *
 * @param step number of the step, from 0
 * @param commits the tokens that it committed, from left to right
 * @param masksLeft positions that have none yet
 * @param text the whole text so far, with U+2591 for each of these
 * @param regions where the holes are, from left to right; told by the first step over each sequence, empty otherwise
 */
public record StepFrame(int step, List<Committed> commits, int masksLeft, String text, List<Region> regions) {
    /**
     * A token that was committed.
     *
     * @param position in the answer, from 0
     * @param token id
     * @param text of the token
     * @param probability in [0, 1]
     */
    public record Committed(int position, int token, String text, float probability) {}

    /**
     * A hole.
     *
     * @param region index of the hole in the request, from 0
     * @param start position of its first token, as in {@link Committed}
     * @param tokens how many it has
     */
    public record Region(int region, int start, int tokens) {}

    public StepFrame {
        commits = List.copyOf(commits);
        regions = List.copyOf(regions);
    }
}
