package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The tokens that a pass runs of a batch, document after document; of a model with block-causal attention each document
 * twice, clean and then noised, so that all its blocks are trained at once, each on what stands before it (Arriola et
 * al. 2025, "Block Diffusion", section 3.2). B rows, T positions, M tokens.
 *
 * @param ids [M]
 * @param positions [M] of each token in its row; both copies of a document have the same
 * @param runs the documents, in order and without gaps
 * @param targets what the outputs should say
 */
record RunTokens(int[] ids, int[] positions, List<Run> runs, TargetRows targets) {
    /**
     * Lays out a batch.
     *
     * @throws IllegalArgumentException when no output row predicts a target
     */
    static RunTokens of(MaskedBatch batch, ModelConfig config) {
        int positions = Math.multiplyExact(batch.rows(), batch.length());
        int tokens = Math.multiplyExact(positions, config.kind().trainedCopies());
        Layout layout = new Layout(new int[tokens], new int[tokens], new ArrayList<>(), new int[positions]);
        Alignment alignment = config.alignment();
        for (int b = 0; b < batch.rows(); b++) {
            for (int start = 0; start < batch.length(); ) {
                int end = batch.documentEnd(b, start);
                if (config.kind().blocks().isPresent()) {
                    layout.twice(
                            batch,
                            b,
                            start,
                            end,
                            alignment,
                            config.kind().blocks().get());
                } else {
                    layout.once(batch, b, start, end, alignment);
                }
                start = end;
            }
        }
        TargetRows targets = TargetRows.of(batch, alignment, layout.proposers);
        return new RunTokens(layout.ids, layout.positions, layout.runs, targets);
    }

    /** Pairs of a token and one that it sees. */
    long pairs() {
        return runs.stream().mapToLong(run -> run.sight().pairs()).sum();
    }

    /**
     * What is laid out so far.
     *
     * @param proposers [B*T], for each position the token whose output predicts it, or {@link TargetRows#NOBODY}
     */
    private record Layout(int[] ids, int[] positions, List<Run> runs, int[] proposers) {
        /** The position before a document's first may be of another document: the original's rules train that. */
        void once(MaskedBatch batch, int b, int start, int end, Alignment alignment) {
            int first = add(Sight.whole(end - start));
            put(first, start, end, i -> batch.noisyIds()[b][i]);
            for (int i = start; i < end; i++) {
                proposers[first + i - start] =
                        i == 0 && !alignment.predictsFirst() ? TargetRows.NOBODY : first - start + alignment.row(i, 0);
            }
        }

        /**
         * Blocks begin with the document. Where the row before a block's first position predicts that, it is the clean
         * one, as in decoding, where a block is full before the next begins.
         */
        void twice(MaskedBatch batch, int b, int start, int end, Alignment alignment, BlockCausal blocks) {
            int size = end - start;
            BlockGrid grid = new BlockGrid(blocks.length(), 0);
            int clean = add(Sight.cleanAndNoised(size, grid));
            int noised = clean + size;
            put(clean, start, end, i -> batch.cleanId(b, i));
            put(noised, start, end, i -> batch.noisyIds()[b][i]);
            for (int i = 0; i < size; i++) {
                int row = alignment.row(i, 0);
                int token = row < grid.start(i) ? clean + row : noised + row;
                proposers[b * batch.length() + start + i] =
                        i == 0 && !alignment.predictsFirst() ? TargetRows.NOBODY : token;
            }
        }

        private int add(Sight sight) {
            int first = runs.isEmpty() ? 0 : runs.getLast().end();
            runs.add(new Run(first, sight));
            return first;
        }

        private void put(int first, int start, int end, IntUnaryOperator id) {
            for (int i = start; i < end; i++) {
                ids[first + i - start] = id.applyAsInt(i);
                positions[first + i - start] = i;
            }
        }
    }
}
