package io.github.coda4j.tensor;

import java.util.Arrays;

/**
 * How many workers a walk takes on a machine that other processes use too. A worker that the system stops in the middle
 * of a share holds up the others for as long as it is off its core, so that many workers may take longer than few.
 * Which of them it is depends on the load and on the length of the walk, and is found by trying. As long as nobody
 * waits for stopped workers all take part and nothing is tried. Then walks of all workers and of half as many take
 * turns; the cheaper number stays, every twelfth walk looks whether twice or half as many have become cheaper, and when
 * walks of all workers go through undisturbed again, all is as before. Not thread-safe.
 */
final class Crowding {
    /** A walk is disturbed when a worker waited asleep for this part of it, or longer. */
    private static final double DISTURBED = 0.1;
    /** Disturbed walks count so many times as much as others: a quarter of them is enough to begin. */
    private static final int WEIGHT = 3;

    private static final int BEGIN = 2 * WEIGHT;
    private static final int MOST = 3 * WEIGHT;
    /** So many undisturbed walks of all workers, one after another, end it. */
    private static final int CALM = 3;
    /** Walks with which it begins, of all workers and of half as many in turns. */
    private static final int FIRST = 8;
    /** Afterwards one walk of so many tries another number. */
    private static final int BETWEEN = 12;
    /** Weight of the newest walk in the mean cost of its number of workers, once there are enough. */
    private static final double NEWEST = 1.0 / 24;
    /** Half of the workers must be cheaper by this much: times on a busy machine differ by more than their means. */
    private static final double PREFERENCE = 1.125;

    private static final int HALVINGS = Integer.SIZE;

    private final double[] cost = new double[HALVINGS];
    private final int[] seen = new int[HALVINGS];
    private int disturbance;
    private boolean crowded;
    private int calm;
    private int walks;

    /** Whether numbers of workers are tried. */
    boolean isCrowded() {
        return crowded;
    }

    /** How many of the workers that are of use the next walk takes; at least 1. */
    int workers(int useful) {
        return Math.max(1, useful >> halvings(useful));
    }

    private int halvings(int useful) {
        int most = HALVINGS - 1 - Integer.numberOfLeadingZeros(useful);
        if (!crowded || most == 0) {
            return 0;
        }
        if (walks < FIRST) {
            return walks % 2;
        }
        int best = cheapest(most);
        if (walks % BETWEEN != BETWEEN - 1) {
            return best;
        }
        int other = best + (walks / BETWEEN % 2 == 0 ? 1 : -1);
        return other < 0 ? best + 1 : other > most ? best - 1 : other;
    }

    private int cheapest(int most) {
        int best = 0;
        for (int k = 1; k <= most; k++) {
            if (seen[k] > 0 && (seen[best] == 0 || cost[k] * Math.pow(PREFERENCE, k - best) < cost[best])) {
                best = k;
            }
        }
        return best;
    }

    /**
     * Takes note of a walk.
     *
     * @param useful workers that would have been of use
     * @param workers that took part
     * @param operations what was done, in any unit
     * @param nanos from its beginning to its end
     * @param waited nanoseconds that its workers waited asleep for one that was stopped, added up
     */
    void walked(int useful, int workers, long operations, long nanos, long waited) {
        boolean disturbed = waited >= DISTURBED * nanos;
        boolean all = workers == useful;
        if (!crowded) {
            disturbance = Math.clamp(disturbance + (disturbed ? WEIGHT : -1), 0, MOST);
            if (disturbance >= BEGIN) {
                begin();
            }
            return;
        }
        walks++;
        int k = Integer.numberOfLeadingZeros(workers) - Integer.numberOfLeadingZeros(useful);
        seen[k]++;
        cost[k] += ((double) nanos / Math.max(1, operations) - cost[k]) * Math.max(NEWEST, 1.0 / seen[k]);
        if (all) {
            calm = disturbed ? 0 : calm + 1;
            if (calm == CALM) {
                crowded = false;
                disturbance = 0;
            }
        }
    }

    private void begin() {
        crowded = true;
        calm = 0;
        walks = 0;
        Arrays.fill(cost, 0);
        Arrays.fill(seen, 0);
    }
}
