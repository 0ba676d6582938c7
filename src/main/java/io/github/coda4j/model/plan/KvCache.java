package io.github.coda4j.model.plan;

/**
 * The keys and values of one sequence, position by position, as the last forward that stored them saw it. Owned by one
 * decode session; closing it frees its memory.
 */
public interface KvCache extends AutoCloseable {
    /** Number of positions it holds. */
    int length();

    @Override
    void close();
}
