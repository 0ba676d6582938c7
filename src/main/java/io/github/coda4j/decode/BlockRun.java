package io.github.coda4j.decode;

import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Selector;
import io.github.coda4j.diffusion.Block;
import java.util.Arrays;
import java.util.List;

/**
 * The block at work: how far its policy is, and how many forwards it has had. Holds the policy to its contract, so that
 * a block ends whatever the policy does.
 */
final class BlockRun {
    private final BlockContext context;
    private final String policy;
    private final boolean countsSteps;
    private final boolean commitsFirst;
    private final Selector selector;
    private int step;
    private int forwards;
    private int stepsWithoutForward;
    private boolean stuck;

    BlockRun(BlockContext context, CommitPolicy policy, BlockStart start) {
        this.context = context;
        this.policy = policy.name();
        this.countsSteps = policy.countsSteps(context.inBlocks());
        this.commitsFirst = start == BlockStart.COMMIT;
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
        return stuck || selector.finished(step, numMasked);
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

    /** Indexes of the candidates that the step commits, ascending. */
    int[] chosen(List<Candidate> candidates) {
        int[] chosen = selector.chosen(step, candidates).clone();
        Arrays.sort(chosen);
        require(
                chosen.length > 0 || commitsFirst,
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
