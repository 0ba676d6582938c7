package io.github.coda4j.model.training;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.Arrays;
import java.util.List;

/**
 * A batch as the fused pass walks through it.
 *
 * @param tokens what is run, M tokens
 * @param positions of the batch, B * T
 * @param length T
 * @param span tokens that are run of a row: T, or twice as many
 * @param runOf [M], index of each token's document
 */
record FusedBatch(RunTokens tokens, long positions, int length, int span, int[] runOf) {
    /**
     * Packs a batch.
     *
     * @throws CodaException when an id is outside the vocabulary or rows are longer than the model's
     * @throws IllegalArgumentException when no output row predicts a target
     */
    static FusedBatch of(MaskedBatch batch, ModelConfig config) {
        int length = batch.length();
        if (length > config.maxPositions()) {
            throw CodaException.of(
                    "the model knows %d positions, the batch has rows of %d", config.maxPositions(), length);
        }
        for (int b = 0; b < batch.rows(); b++) {
            for (int i = 0; i < length; i++) {
                checkId("token", batch.noisyIds()[b][i], b, i, config);
                if (batch.targets()[b][i] != MaskedBatch.NOT_COUNTED) {
                    checkId("target", batch.targets()[b][i], b, i, config);
                }
            }
        }
        RunTokens tokens = RunTokens.of(batch, config);
        int[] runOf = new int[tokens.ids().length];
        for (int r = 0; r < tokens.runs().size(); r++) {
            Run run = tokens.runs().get(r);
            Arrays.fill(runOf, run.start(), run.end(), r);
        }
        return new FusedBatch(
                tokens,
                (long) batch.rows() * length,
                length,
                length * config.kind().trainedCopies(),
                runOf);
    }

    private static void checkId(String what, int id, int row, int position, ModelConfig config) {
        if (id < 0 || id >= config.vocabSize()) {
            throw CodaException.of(
                    "%s %d in row %d at position %d is outside the model's vocabulary of %d",
                    what, id, row, position, config.vocabSize());
        }
    }

    /** M. */
    int count() {
        return runOf.length;
    }

    List<Run> runs() {
        return tokens.runs();
    }

    TargetRows targets() {
        return tokens.targets();
    }

    /** The document of a token. */
    Run run(int token) {
        return runs().get(runOf[token]);
    }
}
