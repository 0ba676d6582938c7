package io.github.coda4j.decode.commit;

import io.github.coda4j.diffusion.Timesteps;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Each masked position is committed with probability 1 - s/t, wherever it is (Austin et al. 2021), at the step from
 * noise level t to s of the timestep schedule; all at the last step.
 */
public record Origin() implements CommitPolicy {
    static final CommitPolicyFactory FACTORY =
            new BuiltIn("origin", "positions at random", List.of(), _ -> new Origin());

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public boolean followsSchedule() {
        return true;
    }

    @Override
    public Selector selector(BlockContext block) {
        return new AtRandom(block, Timesteps.linear(block.steps(), block.eps()));
    }

    /** The positions are drawn before the forward, so only they are asked for. */
    private record AtRandom(BlockContext block, Timesteps timesteps) implements Selector {
        @Override
        public boolean finished(int step, int numMasked) {
            return step >= timesteps.steps();
        }

        @Override
        public int[] wanted(int step, int[] masked) {
            double probability = timesteps.revealProbability(step);
            return Arrays.stream(masked)
                    .filter(position -> block.draws().reveal(block.firstStep() + step, position) < probability)
                    .toArray();
        }

        @Override
        public int[] chosen(int step, List<Candidate> candidates) {
            return IntStream.range(0, candidates.size()).toArray();
        }
    }
}
