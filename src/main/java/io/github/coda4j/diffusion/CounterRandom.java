package io.github.coda4j.diffusion;

/**
 * Random numbers by counter: the same key and counters give the same number on any machine, in any order, however the
 * work is cut into batches or ranks. Mixing is the finalizer of SplitMix64 (Steele, Lea, Flood 2014), chained over the
 * counters.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** A key for everything drawn under the given parent key and counter. */
    public static long key(long parent, long counter) {
        return mix(mix(parent + GOLDEN_GAMMA) ^ (counter * GOLDEN_GAMMA + GOLDEN_GAMMA));
    }

    /** A uniform draw in [0, 1) with 53 bits. */
    public static double uniform(long key, long counter) {
        return (key(key, counter) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
