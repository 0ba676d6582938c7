package io.github.coda4j.decode.commit;

import java.util.List;

/**
 * The best proposals by probability times the share of known tokens around them, weighted by a Gaussian of the distance
 * (d2Cache's certainty density, arXiv 2509.23094). What stands left of the canvas counts as known, what is right of it
 * as its last position is; a block sees its own length on each side. The share is of the whole Gaussian over six
 * lengths, as in the original.
 *
 * @param sigma in positions, positive
 * @param perStep tokens that each forward commits, at least 1
 */
public record CertaintyDensity(double sigma, int perStep) implements PriorPolicy {
    static final PolicyParameter SIGMA = new PolicyParameter(
            "sigma", "X", PolicyParameter.Range.positive(), 10, "how far known tokens count, in positions");

    static final CommitPolicyFactory FACTORY = new BuiltIn(
            "certainty_density",
            "the most probable tokens near known ones first, a fixed number a forward",
            List.of(SIGMA, PER_STEP),
            values -> new CertaintyDensity(values.number(SIGMA), values.whole(PER_STEP)));

    /** Beyond so many sigmas the Gaussian is 0 in doubles. */
    private static final double REACH = 39;

    public CertaintyDensity {
        SIGMA.require(sigma);
        PER_STEP.require(perStep);
    }

    @Override
    public String name() {
        return FACTORY.name();
    }

    @Override
    public Prior prior(BlockContext block) {
        int width = block.block().length();
        int first = block.block().start() - width;
        int end = block.block().end() + width;
        int reach = (int) Math.min(3L * width, (long) Math.ceil(REACH * sigma));
        double[] gaussian = new double[reach + 1];
        double all = 0;
        for (int d = 0; d <= reach; d++) {
            gaussian[d] = Math.exp(-(double) d * d / (2 * sigma * sigma));
            all += gaussian[d] * (d == 0 ? 1 : d < 3L * width ? 2 : 1);
        }
        double total = all;
        return position -> {
            double known = 0;
            for (int j = Math.max(first, position - reach); j < Math.min(end, position + reach + 1); j++) {
                if (isKnown(block, j)) {
                    known += gaussian[Math.abs(position - j)];
                }
            }
            return known / total;
        };
    }

    private static boolean isKnown(BlockContext block, int position) {
        return position < 0 || !block.masked().test(Math.min(position, block.canvasLength() - 1));
    }
}
