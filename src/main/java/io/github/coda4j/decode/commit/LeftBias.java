package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * The best proposals by probability times exp(-bias * distance from the left), as models want that were made of
 * autoregressive ones (the position weight of PC-Sampler, Huang et al. 2025, arXiv 2508.13021). Only differences of
 * distance count, so it does not matter where they begin. Bias 0 is the most probable first.
 *
 * @param bias for each position, 0 or positive
 * @param perStep tokens that each forward commits, at least 1
 */
public record LeftBias(double bias, int perStep) implements PriorPolicy {
    static final PolicyParameter BIAS = new PolicyParameter(
            "left_bias",
            "X",
            PolicyParameter.Range.zeroOrPositive(),
            0.25,
            "probabilities are multiplied by exp(-X) for each position to the right");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "left_bias",
            "the most probable tokens first, further left ones before, a fixed number a forward",
            List.of(BIAS, PER_STEP),
            values -> new LeftBias(values.number(BIAS), values.whole(PER_STEP)));

    public LeftBias {
        BIAS.require(bias);
        PER_STEP.require(perStep);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Prior prior(BlockContext block) {
        return position -> Math.exp(-bias * (position - leftmost(block)));
    }

    private static int leftmost(BlockContext block) {
        int position = block.block().start();
        while (position < block.block().end() - 1 && !block.masked().test(position)) {
            position++;
        }
        return position;
    }
}
