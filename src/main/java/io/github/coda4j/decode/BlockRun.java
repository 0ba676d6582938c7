package io.github.coda4j.decode;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Selector;
import io.github.coda4j.diffusion.Block;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * The block at work: how far its policy is, and how many forwards it has had. Holds the policy to its contract, so that
 * a block ends whatever the policy does.
 */
final class BlockRun {
    private final BlockContext context;
    private final String policy;
    private final boolean countsSteps;
    private final boolean commitsFirst;
    private final boolean remasks;
    private final Selector selector;
    private int step;
    private int forwards;
    private int stepsWithoutForward;
    private boolean stuck;
    private boolean ranAll;

    BlockRun(BlockContext context, CommitPolicy policy, BlockStart start) {
        this.context = context;
        this.policy = policy.name();
        this.countsSteps = policy.countsSteps(context.inBlocks());
        this.commitsFirst = start == BlockStart.COMMIT;
        this.remasks = policy.remasks();
        Selector own = policy.selector(context);
        this.selector = commitsFirst
                ? new CommitFirst(own, block().start(), countsSteps ? context.steps() : Integer.MAX_VALUE)
                : own;
    }

    Block block() {
        return context.block();
    }

    int forwards() {
        return forwards;
    }

    boolean finished(int numMasked) {
        boolean outOfSteps = remasks && countsSteps && step >= context.steps();
        return stuck || outOfSteps || selector.finished(step, numMasked);
    }

    /** The positions that the step needs, possibly none. */
    int[] wanted(int[] masked) {
        int[] wanted = selector.wanted(step, masked);
        if (wanted.length == 0) {
            stepsWithoutForward++;
            require(
                    stepsWithoutForward <= (countsSteps ? context.steps() : 0),
                    "asks for none of the block's %d masks at step %d and does not end it",
                    masked.length,
                    step);
        }
        return wanted;
    }

    /** The positions with a token whose rows the step needs, ascending. */
    int[] watched(int[] committed) {
        return remasks ? selector.watched(step, committed) : Selector.NOTHING;
    }

    /**
     * Tokens whose probabilities the step needs, of those positions that it needs any of.
     *
     * @param positions wanted ones
     */
    Map<Integer, List<Integer>> asked(int[] positions) {
        Map<Integer, List<Integer>> asked = new HashMap<>();
        for (int position : positions) {
            int[] tokens = selector.asked(step, position);
            if (tokens.length > 0) {
                asked.put(position, Arrays.stream(tokens).boxed().toList());
            }
        }
        return asked;
    }

    /**
     * Takes what a forward says and returns what is proposed after the policy's transform.
     *
     * @param all whether the forward ran the whole sequence
     * @param committed for the watched positions
     */
    List<Candidate> weighed(boolean all, List<Candidate> candidates, List<Candidate> committed) {
        if (forwards > 0 && all != ranAll) {
            selector.cut();
        }
        ranAll = all;
        if (!committed.isEmpty()) {
            selector.seen(step, committed);
        }
        List<Candidate> weighed = selector.weighed(step, candidates);
        require(
                weighed.size() == candidates.size(),
                "weighs %d candidates as %d at step %d",
                candidates.size(),
                weighed.size(),
                step);
        for (int i = 0; i < weighed.size(); i++) {
            require(
                    weighed.get(i).position() == candidates.get(i).position(),
                    "weighs a candidate for position %d as one for %d at step %d",
                    candidates.get(i).position(),
                    weighed.get(i).position(),
                    step);
        }
        return weighed;
    }

    /**
     * The positions that are masks again after the step, ascending.
     *
     * @param made what the step has committed
     * @param holdsToken whether the policy may mask a position again
     */
    int[] revoked(List<Candidate> made, IntPredicate holdsToken) {
        if (!remasks) {
            return Selector.NOTHING;
        }
        int[] revoked = selector.revoked(step, made).clone();
        Arrays.sort(revoked);
        for (int i = 0; i < revoked.length; i++) {
            require(
                    holdsToken.test(revoked[i]) && (i == 0 || revoked[i] > revoked[i - 1]),
                    "masks the positions %s again at step %d: each holds a token of the block's answer and stands once",
                    Arrays.toString(revoked),
                    step);
        }
        require(
                countsSteps || revoked.length == 0 || revoked.length < made.size(),
                "masks %d tokens again at step %d, which commits %d: without a number of steps it must gain one",
                revoked.length,
                step,
                made.size());
        return revoked;
    }

    /** Indexes of the candidates that the step commits, ascending. */
    int[] chosen(List<Candidate> candidates) {
        int[] chosen = selector.chosen(step, candidates).clone();
        Arrays.sort(chosen);
        require(
                chosen.length > 0 || commitsFirst || (remasks && countsSteps),
                "chooses none of %d candidates at step %d: a step commits at least one",
                candidates.size(),
                step);
        for (int i = 0; i < chosen.length; i++) {
            require(
                    chosen[i] >= 0 && chosen[i] < candidates.size() && (i == 0 || chosen[i] > chosen[i - 1]),
                    "chooses the candidates %s of %d at step %d: each is an index and stands once",
                    Arrays.toString(chosen),
                    candidates.size(),
                    step);
        }
        return chosen;
    }

    /** The step needed no forward. */
    void skipped() {
        step++;
    }

    /** The step had its forward, which committed so many tokens. */
    void stepped(int numCommits) {
        stuck = !countsSteps && numCommits == 0 && !(commitsFirst && step == 0);
        forwards++;
        step++;
    }

    private void require(boolean holds, String problem, Object... arguments) {
        if (!holds) {
            throw CodaException.of("commit policy " + policy + " " + problem, arguments);
        }
    }
}
