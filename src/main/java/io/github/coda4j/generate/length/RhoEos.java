package io.github.coda4j.generate.length;

import static io.github.coda4j.Checks.check;

/**
 * The length of a completion by rho-EOS: after a forward, the share of masks whose best token ends the text. Too small
 * a share says that the text is longer than the canvas, too large a one that it is shorter. The bounds are 0.4 and 0.6;
 * the change grows with the distance from them, in steps of 0.1, from {@code unit} to 8 times {@code unit}.
 *
 * @param unit the least change, at least 1
 * @param max the longest completion, at least 1
 * @param changes after so many forwards the length stays, 0 or more
 */
public record RhoEos(int unit, int max, int changes) {
    private static final int MOST_DOUBLINGS = 3;

    /** As published: changes by 8 or more up to 2,048, at most 64 of them. */
    public static final RhoEos PUBLISHED = new RhoEos(8, 2048, 64);

    public RhoEos {
        check(unit >= 1, "the least change of a completion must be at least 1 token, got %d", unit);
        check(max >= 1, "the longest completion must be at least 1 token, got %d", max);
        check(changes >= 0, "the number of changes must be 0 or more, got %d", changes);
    }

    /**
     * The new length.
     *
     * @param forward number of the forward, from 1
     * @param masks of the completion that are left, at least 1
     * @param endBest how many of them have an end token as their best
     * @param length the length now
     * @return in [0, max], unless it was longer before
     */
    public int next(int forward, int masks, int endBest, int length) {
        check(masks >= 1 && endBest >= 0 && endBest <= masks, "%d of %d masks cannot end the text", endBest, masks);
        // Tenths as integers: the bounds and steps are exact.
        long below = 4L * masks - 10L * endBest;
        long above = 10L * endBest - 6L * masks;
        if (length >= max || forward > changes || (below <= 0 && above <= 0)) {
            return length;
        }
        return below > 0
                ? (int) Math.min(max, length + change(below, masks))
                : (int) Math.max(0, length - change(above, masks));
    }

    private long change(long gap, int masks) {
        return (long) unit << Math.min(MOST_DOUBLINGS, gap / masks);
    }
}
