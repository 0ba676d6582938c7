package io.github.coda4j.decode.commit;

import java.util.List;
import java.util.Set;

/**
 * A policy that reads one step's proposals and nothing before them. A block goes on until it is full, one token a
 * forward at worst.
 */
interface StepRule extends CommitPolicy {
    /** Indexes of the candidates to commit, at least one; see {@link Selector#chosen}. */
    int[] chosen(List<Candidate> candidates);

    @Override
    default Set<Need> needs() {
        return Set.of(Need.PLAIN_PROBABILITIES);
    }

    @Override
    default Selector selector(BlockContext block) {
        return (_, candidates) -> chosen(candidates);
    }
}
