package io.github.coda4j.masking;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.diffusion.MaskedBatch;
import java.util.Arrays;

/**
 * Held-out tasks that look like use: in each row one window of a document is masked whole, and the model sees what is
 * left of it (completion) or both sides (infilling). Every target weighs the same. The same rows, seed and window give
 * the same masks.
 *
 * @param seed of the windows' places
 * @param window tokens of it, at least 1
 * @param maskId id of the mask token
 */
public record WindowTask(long seed, int window, int maskId) {
    /** Tokens that a document has at least to the left of its window. */
    private static final int LEAST_LEFT = 8;

    /** What the model sees beside the masks. */
    public enum Sees {
        /** What is left of the window: prefix completion. */
        LEFT,
        /** Both sides: infilling. */
        BOTH
    }

    public WindowTask {
        check(window >= 1, "the window must have at least 1 token, got %d", window);
    }

    /**
     * The masked rows; one whose documents are all too short has no targets.
     *
     * @param firstRow number of the batch's first row among all
     */
    public MaskedBatch mask(PackedBatch batch, long firstRow, Sees sees) {
        int length = batch.length();
        int[][] noisy = new int[batch.rows()][];
        int[][] targets = new int[batch.rows()][length];
        int[][] segments = new int[batch.rows()][];
        for (int b = 0; b < batch.rows(); b++) {
            noisy[b] = batch.ids()[b].clone();
            segments[b] = batch.segments()[b].clone();
            Arrays.fill(targets[b], MaskedBatch.NOT_COUNTED);
            int start = place(batch, b, firstRow + b);
            if (start < 0) {
                continue;
            }
            int end = start + window;
            System.arraycopy(noisy[b], start, targets[b], start, window);
            Arrays.fill(noisy[b], start, end, maskId);
            if (sees == Sees.LEFT) {
                hide(segments[b], end);
            }
        }
        float[] weights = new float[batch.rows()];
        Arrays.fill(weights, 1);
        return new MaskedBatch(noisy, targets, segments, weights);
    }

    /** What follows becomes a document of its own. */
    private static void hide(int[] segments, int from) {
        if (from < segments.length && segments[from] == segments[from - 1]) {
            for (int i = from; i < segments.length; i++) {
                segments[i]++;
            }
        }
    }

    /** Where the row's window begins: anywhere in the longest document; -1 where none is long enough. */
    private int place(PackedBatch batch, int row, long number) {
        int[] segments = batch.segments()[row];
        boolean[] maskable = batch.maskable()[row];
        int bestStart = 0;
        int bestEnd = 0;
        int start = 0;
        for (int i = 1; i <= segments.length; i++) {
            if (i == segments.length || segments[i] != segments[start]) {
                if (i - start > bestEnd - bestStart && maskable[i - 1]) {
                    bestStart = start;
                    bestEnd = i;
                }
                start = i;
            }
        }
        int room = bestEnd - bestStart - LEAST_LEFT - window + 1;
        return room < 1
                ? -1
                : bestStart + LEAST_LEFT + (int) (CounterRandom.uniform(CounterRandom.key(seed, number), 0) * room);
    }
}
