package io.github.coda4j.masking;

/**
 * What masking did to the rows of a batch.
 *
 * @param rows all rows
 * @param prefixRows rows with an unmaskable prefix (S1)
 * @param truncatedRows rows with a truncated suffix (S2)
 * @param blockRows rows masked in blocks (S3)
 * @param maskedPositions positions that the model sees as masks
 */
public record AppliedMasks(int rows, int prefixRows, int truncatedRows, int blockRows, long maskedPositions) {
    public static final AppliedMasks NONE = new AppliedMasks(0, 0, 0, 0, 0);

    /** Both batches together. */
    public AppliedMasks plus(AppliedMasks other) {
        return new AppliedMasks(
                rows + other.rows,
                prefixRows + other.prefixRows,
                truncatedRows + other.truncatedRows,
                blockRows + other.blockRows,
                maskedPositions + other.maskedPositions);
    }
}
