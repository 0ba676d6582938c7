package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/** Random tokens to train on, for measurements. */
final class TrainingBenchBatch {
    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Positions per row (default: ${DEFAULT-VALUE}).",
            defaultValue = "1024")
    int length;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows per step (default: ${DEFAULT-VALUE}).",
            defaultValue = "8")
    int rows;

    @Option(
            names = "--documents",
            paramLabel = "N",
            description = "Documents per row, which do not see each other (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    int documents;

    void verify(ModelConfig config) {
        check(rows >= 1, "--rows must be at least 1, got %d", rows);
        check(
                length >= 2 && length <= config.maxPositions(),
                "--length must be in [2, %d], the positions that the model knows, got %d",
                config.maxPositions(),
                length);
        check(documents >= 1 && documents <= length, "--documents must be in [1, %d], got %d", length, documents);
    }

    long tokens() {
        return (long) rows * length;
    }

    /** Noise levels are spread evenly over the rows. */
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
                boolean isMasked = i > 0 && random.nextDouble() < sigma;
                ids[b][i] = isMasked ? config.maskId() : id;
                targets[b][i] = isMasked ? id : MaskedBatch.NOT_COUNTED;
                segments[b][i] = (int) ((long) i * documents / length);
            }
        }
        return new MaskedBatch(ids, targets, segments, weights);
    }

    /** Pairs of positions that see each other: the sum over documents of their length squared. */
    static double pairs(MaskedBatch batch) {
        double pairs = 0;
        for (int[] segments : batch.segments()) {
            int start = 0;
            for (int i = 1; i <= segments.length; i++) {
                if (i == segments.length || segments[i] != segments[start]) {
                    pairs += (double) (i - start) * (i - start);
                    start = i;
                }
            }
        }
        return pairs;
    }
}
