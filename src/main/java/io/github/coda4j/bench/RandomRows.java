package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.SplittableRandom;

/**
 * Random tokens to train on; always the same ones.
 *
 * @param rows B, at least 1
 * @param length T, positions per row, at least 2
 * @param documents per row, which do not see each other, 1 to {@code length}
 */
public record RandomRows(int rows, int length, int documents) {
    public RandomRows {
        check(rows >= 1, "rows must be at least 1, got %d", rows);
        check(length >= 2, "length must be at least 2, got %d", length);
        check(documents >= 1 && documents <= length, "documents must be in [1, %d], got %d", length, documents);
    }

    /** Positions of the batch, B * T. */
    public long tokens() {
        return (long) rows * length;
    }

    /** The batch; noise levels are spread evenly over the rows, so that about half of the tokens are masked. */
    MaskedBatch make(ModelConfig config) {
        SplittableRandom random = new SplittableRandom(1);
        int[][] ids = new int[rows][length];
        int[][] targets = new int[rows][length];
        int[][] segments = new int[rows][length];
        float[] weights = new float[rows];
        for (int b = 0; b < rows; b++) {
            double sigma = (b + 0.5) / rows;
            weights[b] = (float) (1 / sigma);
            for (int i = 0; i < length; i++) {
                int id = random.nextInt(config.vocabSize());
                boolean predicted = i > 0 || config.alignment().predictsFirst();
                boolean isMasked = predicted && random.nextDouble() < sigma;
                ids[b][i] = isMasked ? config.maskId() : id;
                targets[b][i] = isMasked ? id : MaskedBatch.NOT_COUNTED;
                segments[b][i] = (int) ((long) i * documents / length);
            }
        }
        return new MaskedBatch(ids, targets, segments, weights);
    }
}
