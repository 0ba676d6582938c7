package io.github.coda4j.model.plan;

/**
 * The keys and values of one sequence, position by position, as the last forward that stored them saw it. Owned by one
 * decode session; closing it frees its memory.
 */
public interface KvCache extends AutoCloseable {
    /** Number of positions it holds. */
    int length();

    /** Bytes of its keys and values, those of positions that nothing was stored for too. */
    long bytes();

    /**
     * What the deepest layer has stored as values: what of the sequence has gone into each position.
     *
     * @param start first position, in [0, end)
     * @param end in (start, length]
     * @return [end - start, width], the same width for every cache of a model; 0 where nothing was stored
     */
    float[] deepestValues(int start, int end);

    @Override
    void close();
}
