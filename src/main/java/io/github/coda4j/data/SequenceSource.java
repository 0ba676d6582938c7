package io.github.coda4j.data;

/**
 * Sequences of equal length in an endless, seeded order: after the last one the next epoch begins in another order.
 * What is read depends on the position alone, so that a run resumes by one number and any rank can read its own rows.
 */
public interface SequenceSource extends AutoCloseable {
    /** Positions per sequence. */
    int length();

    /** Sequences per epoch, at least 1. */
    long numSequences();

    /**
     * The sequences at [position, position + count) of the endless order. May be called by another thread than the one
     * that trains.
     *
     * @param position 0 for the very first sequence; {@code position / numSequences()} is the epoch
     */
    PackedBatch read(long position, int count);

    @Override
    void close();
}
