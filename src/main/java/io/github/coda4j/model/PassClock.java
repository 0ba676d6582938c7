package io.github.coda4j.model;

/**
 * Where the time of forwards goes: what the workers of the fast engine spent in each part, added up over all forwards
 * that were given this clock. What is in no part are norms, activations, and waiting.
 */
public final class PassClock {
    /** Measures nothing. */
    public static final PassClock OFF = new PassClock(0);

    /** A part of a forward. */
    public enum Part {
        /** Matrix products of the layers. */
        PRODUCTS,
        /** Queries with keys, softmax, and values: what grows with the cache. */
        ATTENTION,
        /** Product with the vocabulary, and what is proposed by its rows. */
        HEAD
    }

    private static final Part[] PARTS = Part.values();

    /** Of each worker and part, written by whoever has the worker's share; a cache line apart. */
    private final long[] nanos;

    private final int workers;
    private long whole;

    private PassClock(int workers) {
        this.workers = workers;
        this.nanos = new long[workers * Long.BYTES];
    }

    /** A clock for a model's forwards; nothing was measured yet. */
    public static PassClock of(FastTransformer transformer) {
        return new PassClock(transformer.workers());
    }

    /** When something begins, for {@link #add}. */
    long now() {
        return workers == 0 ? 0 : System.nanoTime();
    }

    void add(Part part, int worker, long began) {
        if (workers > 0) {
            nanos[worker * Long.BYTES + part.ordinal()] += System.nanoTime() - began;
        }
    }

    void addWhole(long began) {
        whole += now() - began;
    }

    /** The share of a part in the time of all forwards, mean of the workers, in [0, 1]; 0 when nothing was measured. */
    public double share(Part part) {
        long sum = 0;
        for (int worker = 0; worker < workers; worker++) {
            sum += nanos[worker * Long.BYTES + part.ordinal()];
        }
        return whole == 0 ? 0 : (double) sum / workers / whole;
    }

    /** The share of what is in no part. */
    public double rest() {
        double rest = 1;
        for (Part part : PARTS) {
            rest -= share(part);
        }
        return whole == 0 ? 0 : Math.max(0, rest);
    }
}
