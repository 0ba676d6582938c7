package io.github.coda4j.serve.wire;

import java.util.List;

/**
 * What a step of an answer did.
 *
 * @param step number of the step, from 0
 * @param commits the tokens that it committed, from left to right
 * @param revoked places that are masks again after it, those of its own commits among them, from left to right
 * @param masksLeft positions that have none yet
 * @param lengths tokens of each hole; told by the first step and by those before which they changed, empty otherwise
 * @param regions the text so far of each hole, with U+2591 for each position that has none yet
 * @param text the whole text so far
 */
public record StepFrame(
        int step,
        List<Committed> commits,
        List<Place> revoked,
        int masksLeft,
        List<Integer> lengths,
        List<String> regions,
        String text) {
    /**
     * A place for a token.
     *
     * @param region the hole that it is in, from 0
     * @param position in the hole, from 0
     */
    public record Place(int region, int position) {}

    /**
     * A token that was committed.
     *
     * @param token id
     * @param text of the token
     * @param probability in [0, 1]
     */
    public record Committed(Place place, int token, String text, float probability) {}

    public StepFrame {
        commits = List.copyOf(commits);
        revoked = List.copyOf(revoked);
        lengths = List.copyOf(lengths);
        regions = List.copyOf(regions);
    }

    /** The same with another whole text. */
    StepFrame withText(String whole) {
        return new StepFrame(step, commits, revoked, masksLeft, lengths, regions, whole);
    }
}
