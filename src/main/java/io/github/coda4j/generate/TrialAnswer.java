package io.github.coda4j.generate;

import io.github.coda4j.decode.Commit;
import io.github.coda4j.generate.length.Candidate;
import java.util.List;

/**
 * The answer that a trial has for one hole.
 *
 * @param candidate what is known of it
 * @param text as it would be given out
 * @param ids tokens of the hole, up to the first that is still masked
 * @param start where the hole begins in the trial's sequence
 * @param commits that stand, in ascending order of position
 */
record TrialAnswer(Candidate candidate, String text, int[] ids, int start, List<Commit> commits) {
    /** Tokens of the hole, masks that were given up included. */
    int masks() {
        return candidate.masks();
    }
}
