package io.github.coda4j.decode.commit;

import io.github.coda4j.diffusion.CounterRandom;

/**
 * The random numbers of one session, each named by what it decides, its step and its position: the order of asking
 * plays no part.
 */
public interface Draws {
    /** Uniform in [0, 1): {@link Origin} commits the position at this step when it is below the reveal probability. */
    double reveal(int step, int position);

    /** Uniform in [0, 1): ranks the position when {@code algTemp} is above 0. */
    double rank(int step, int position);

    /** Key of the draws that choose tokens at this step. */
    long tokenKey(int step);

    /** Draws that depend on the seed alone. */
    static Draws seeded(long seed) {
        long revealKey = CounterRandom.key(seed, 0);
        long rankKey = CounterRandom.key(seed, 1);
        long tokenKey = CounterRandom.key(seed, 2);
        return new Draws() {
            @Override
            public double reveal(int step, int position) {
                return CounterRandom.uniform(CounterRandom.key(revealKey, step), position);
            }

            @Override
            public double rank(int step, int position) {
                return CounterRandom.uniform(CounterRandom.key(rankKey, step), position);
            }

            @Override
            public long tokenKey(int step) {
                return CounterRandom.key(tokenKey, step);
            }
        };
    }
}
