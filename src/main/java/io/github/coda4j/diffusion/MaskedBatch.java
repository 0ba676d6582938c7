package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

import java.util.Arrays;

/**
 * Masked examples of equal length, as the model is trained on them. B rows, T positions.
 *
 * @param noisyIds [B][T] what the model sees
 * @param targets [B][T] the id that the model should say for the position, or {@link #NOT_COUNTED}; at position 0 only
 *     for a model whose {@link Alignment} predicts it
 * @param segments [B][T] to which document of its row a position belongs: 0, then the same or one more at each
 *     position. Positions attend to their own document only
 * @param weights [B] factor of the row's cross entropy, 1 / sigma in the ELBO
 * @param factors [B] a further factor, positive, for each of the row's T positions, or {@link #EVEN} where all are 1
 */
public record MaskedBatch(int[][] noisyIds, int[][] targets, int[][] segments, float[] weights, float[][] factors) {
    /** In {@link #targets}: the position adds nothing to the loss. */
    public static final int NOT_COUNTED = -1;

    /** In {@link #factors}: all positions of the row count alike. */
    public static final float[] EVEN = {};

    public MaskedBatch {
        check(noisyIds.length > 0 && noisyIds[0].length > 0, "a batch needs at least one row and one position");
        int rows = noisyIds.length;
        check(
                targets.length == rows && segments.length == rows && weights.length == rows && factors.length == rows,
                "a batch of %d rows needs as many targets, segments, weights and factors, got %d, %d, %d and %d",
                rows,
                targets.length,
                segments.length,
                weights.length,
                factors.length);
        for (int b = 0; b < rows; b++) {
            checkRow(b, noisyIds[0].length, noisyIds[b].length, targets[b], segments[b]);
            check(weights[b] > 0 && Float.isFinite(weights[b]), "the weight of row %d is %s", b, weights[b]);
            checkFactors(b, noisyIds[0].length, factors[b]);
        }
    }

    /** All positions of a row count alike. */
    public MaskedBatch(int[][] noisyIds, int[][] targets, int[][] segments, float[] weights) {
        this(noisyIds, targets, segments, weights, even(noisyIds.length));
    }

    private static float[][] even(int rows) {
        float[][] factors = new float[rows][];
        Arrays.fill(factors, EVEN);
        return factors;
    }

    private static void checkFactors(int b, int length, float[] factors) {
        check(
                factors.length == 0 || factors.length == length,
                "row %d must have a factor for each of its %d positions or none, got %d",
                b,
                length,
                factors.length);
        for (int i = 0; i < factors.length; i++) {
            check(
                    factors[i] > 0 && Float.isFinite(factors[i]),
                    "the factor of position %d of row %d must be positive, got %s: what adds nothing has no target",
                    i,
                    b,
                    factors[i]);
        }
    }

    private static void checkRow(int b, int length, int found, int[] targets, int[] segments) {
        check(
                found == length && targets.length == length && segments.length == length,
                "row %d must have %d positions in ids, targets and segments, got %d, %d and %d",
                b,
                length,
                found,
                targets.length,
                segments.length);
        for (int i = 0; i < length; i++) {
            int step = segments[i] - (i == 0 ? 0 : segments[i - 1]);
            check(step == 0 || (i > 0 && step == 1), "segments of row %d jump by %d at position %d", b, step, i);
        }
    }

    /** What the cross entropy of a position is multiplied with. */
    public float weight(int row, int position) {
        return factors[row].length == 0 ? weights[row] : weights[row] * factors[row][position];
    }

    /** The rows [from, to). */
    public MaskedBatch rows(int from, int to) {
        return new MaskedBatch(
                Arrays.copyOfRange(noisyIds, from, to),
                Arrays.copyOfRange(targets, from, to),
                Arrays.copyOfRange(segments, from, to),
                Arrays.copyOfRange(weights, from, to),
                Arrays.copyOfRange(factors, from, to));
    }

    public int rows() {
        return noisyIds.length;
    }

    /** Positions per row. */
    public int length() {
        return noisyIds[0].length;
    }

    /**
     * The id that a position has where nothing is noised: its target, or what the model sees. A mask without a target
     * stays one, as nobody says what it stands for.
     */
    public int cleanId(int row, int position) {
        int target = targets[row][position];
        return target == NOT_COUNTED ? noisyIds[row][position] : target;
    }

    /** Behind the last position of the document that a position of a row belongs to. */
    public int documentEnd(int row, int position) {
        int end = position + 1;
        while (end < length() && segments[row][end] == segments[row][position]) {
            end++;
        }
        return end;
    }

    /** How many positions have a target. */
    public int numTargets() {
        int count = 0;
        for (int[] row : targets) {
            for (int target : row) {
                count += target == NOT_COUNTED ? 0 : 1;
            }
        }
        return count;
    }
}
