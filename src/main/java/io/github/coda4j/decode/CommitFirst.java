package io.github.coda4j.decode;

import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.Selector;
import java.util.List;

/**
 * {@link BlockStart#COMMIT}: the block's first forward commits its first token and counts as step 0; no forward is left
 * out; one more forward without an effect is run when masks are left after the last step.
 *
 * @param steps of the block; the largest number where they do not count
 */
record CommitFirst(Selector next, int firstPosition, int steps) implements Selector {
    @Override
    public boolean finished(int step, int numMasked) {
        return step > 0 && (numMasked == 0 || step > steps || (step < steps && next.finished(step, numMasked)));
    }

    @Override
    public int[] wanted(int step, int[] masked) {
        return step == 0 ? new int[] {firstPosition} : masked;
    }

    @Override
    public int[] asked(int step, int position) {
        return next.asked(step, position);
    }

    @Override
    public void cut() {
        next.cut();
    }

    @Override
    public List<Candidate> weighed(int step, List<Candidate> candidates) {
        return step == 0 || step >= steps ? candidates : next.weighed(step, candidates);
    }

    @Override
    public int[] chosen(int step, List<Candidate> candidates) {
        if (step == 0) {
            return new int[] {0};
        }
        return step < steps ? next.chosen(step, candidates) : NOTHING;
    }
}
