package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

/**
 * Which rows of the global batch a rank trains on, and how many at a time.
 *
 * @param globalRows rows of one optimizer step over all ranks
 * @param microRows rows that one forward and backward takes at most
 * @param rank this process, 0 to worldSize - 1
 * @param worldSize number of processes; divides {@code globalRows}
 */
public record RowShare(int globalRows, int microRows, int rank, int worldSize) {
    public RowShare {
        check(globalRows > 0, "the batch must have at least 1 row, got %d", globalRows);
        check(microRows > 0, "a micro-batch must have at least 1 row, got %d", microRows);
        check(worldSize > 0, "the number of ranks must be positive, got %d", worldSize);
        check(rank >= 0 && rank < worldSize, "the rank must be in [0, %d), got %d", worldSize, rank);
        check(
                globalRows % worldSize == 0,
                "a batch of %d rows cannot be divided among %d ranks; take a multiple of %d rows or another "
                        + "number of ranks",
                globalRows,
                worldSize,
                worldSize);
    }

    /** A rank's share of what a config asks for. */
    public static RowShare of(TrainConfig.Batch batch, int rank, int worldSize) {
        return new RowShare(batch.rows(), batch.microRows(), rank, worldSize);
    }

    /** Rows of this rank in each step. */
    public int rows() {
        return globalRows / worldSize;
    }

    /** The first of this rank's rows in the global batch. */
    public int firstRow() {
        return rank * rows();
    }
}
