package io.github.coda4j.decode.commit;

import java.util.List;
import java.util.Set;

/** The best proposals by probability times a {@link Prior}, a fixed number of them in each forward. */
interface PriorPolicy extends CommitPolicy {
    /** {@code per_step}. */
    PolicyParameter PER_STEP = new PolicyParameter(
            "per_step", "N", PolicyParameter.Range.wholeFrom(1), 1, "tokens that each forward commits");

    /** How many tokens a forward commits, at least 1. */
    int perStep();

    /** The weights of positions as the canvas stands when they are asked. */
    Prior prior(BlockContext block);

    @Override
    default Set<Need> needs() {
        return Set.of(Need.PLAIN_PROBABILITIES);
    }

    @Override
    default Selector selector(BlockContext block) {
        Prior prior = prior(block);
        return (_, candidates) -> Ranking.best(scores(prior, candidates), perStep());
    }

    private static double[] scores(Prior prior, List<Candidate> candidates) {
        return candidates.stream()
                .mapToDouble(candidate -> candidate.probability() * prior.weight(candidate.position()))
                .toArray();
    }
}
