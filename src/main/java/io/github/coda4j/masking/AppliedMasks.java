package io.github.coda4j.masking;

/**
 * What masking did to the rows of a batch.
 *
 * @param rows all rows
 * @param prefixRows rows with an unmaskable prefix (S1)
 * @param truncatedRows rows with a truncated suffix (S2)
 * @param blockRows rows masked in blocks (S3)
 * @param holeRows rows with padded holes (S4)
 * @param maskedPositions positions that the model sees as masks
 */
public record AppliedMasks(
        int rows, int prefixRows, int truncatedRows, int blockRows, int holeRows, long maskedPositions) {
    public static final AppliedMasks NONE = new AppliedMasks(0, 0, 0, 0, 0);

    /** Of rows without padded holes. */
    public AppliedMasks(int rows, int prefixRows, int truncatedRows, int blockRows, long maskedPositions) {
        this(rows, prefixRows, truncatedRows, blockRows, 0, maskedPositions);
    }

    /** Both batches together. */
    public AppliedMasks plus(AppliedMasks other) {
        return new AppliedMasks(
                rows + other.rows,
                prefixRows + other.prefixRows,
                truncatedRows + other.truncatedRows,
                blockRows + other.blockRows,
                holeRows + other.holeRows,
                maskedPositions + other.maskedPositions);
    }
}
