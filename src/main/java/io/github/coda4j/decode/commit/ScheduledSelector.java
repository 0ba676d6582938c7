package io.github.coda4j.decode.commit;

import io.github.coda4j.diffusion.Timesteps;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The best candidates by a confidence, as many as the timestep schedule says: at the step from noise level t to s the
 * integer part of masked * (1 - s/t), all at the last step. With {@code algTemp} 0 these are the most confident ones
 * (the leftmost of equals), above 0 they are drawn without replacement with probabilities softmax(confidence /
 * algTemp).
 */
public final class ScheduledSelector implements Selector {
    /** The softness of the order, of every policy that ranks so. */
    public static final PolicyParameter ALG_TEMP = new PolicyParameter(
            "alg_temp",
            "X",
            PolicyParameter.Range.zeroOrPositive(),
            0,
            true,
            "above 0 positions are drawn by softmax(confidence / X) instead of taking the best");

    private final BlockContext block;
    private final Timesteps timesteps;
    private final ToDoubleFunction<Candidate> confidence;
    private final double algTemp;

    /**
     * A selector for the block.
     *
     * @param confidence higher is better
     * @param algTemp 0 or positive
     */
    public ScheduledSelector(BlockContext block, ToDoubleFunction<Candidate> confidence, double algTemp) {
        this.block = block;
        this.timesteps = Timesteps.linear(block.steps(), block.eps());
        this.confidence = confidence;
        this.algTemp = ALG_TEMP.require(algTemp);
    }

    @Override
    public boolean finished(int step, int numMasked) {
        return step >= timesteps.steps();
    }

    @Override
    public int[] wanted(int step, int[] masked) {
        return timesteps.numToReveal(step, masked.length) > 0 ? masked : NOTHING;
    }

    @Override
    public int[] chosen(int step, List<Candidate> candidates) {
        double[] scores = candidates.stream().mapToDouble(confidence).toArray();
        if (algTemp > 0) {
            double[] uniforms = candidates.stream()
                    .mapToDouble(candidate -> block.draws().rank(block.firstStep() + step, candidate.position()))
                    .toArray();
            scores = Ranking.perturbed(scores, algTemp, uniforms);
        }
        return Ranking.best(scores, timesteps.numToReveal(step, candidates.size()));
    }
}
