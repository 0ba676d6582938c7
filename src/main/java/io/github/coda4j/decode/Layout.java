package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.Canvas;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How a canvas at its ceiling is cut: its blocks from left to right, and each block's share of the steps.
 *
 * @param blocks without a block length the whole canvas is one, or where it grows as much of it as there is at a time;
 *     otherwise every run of masks is cut into blocks
 * @param steps one number for each block
 * @param tailStart where the completion begins: the run of masks at the end of the canvas; the canvas' length if there
 *     is none
 */
record Layout(List<Block> blocks, List<Integer> steps, int tailStart) {
    /** The layout for a model that sees the whole sequence. */
    static Layout of(Canvas canvas, DecodeOptions options) {
        return of(canvas, options, Optional.empty());
    }

    /**
     * The options fit the canvas, see {@link CanvasShape#checkDecodable}.
     *
     * @param grid the blocks of a model with block-causal attention
     */
    static Layout of(Canvas canvas, DecodeOptions options, Optional<BlockGrid> grid) {
        List<Block> runs = canvas.maskedRuns();
        boolean endsMasked = !runs.isEmpty() && runs.getLast().end() == canvas.length();
        int tailStart = endsMasked ? runs.getLast().start() : canvas.length();
        if (runs.isEmpty()) {
            return new Layout(List.of(), List.of(), tailStart);
        }
        if (grid.isPresent()) {
            return ofGrid(canvas, options, grid.get(), tailStart);
        }
        if (options.blockLength().isEmpty()) {
            return inChunks(canvas, options, tailStart);
        }
        int blockLength = options.blockLength().getAsInt();
        List<Block> blocks =
                runs.stream().flatMap(run -> cut(run, blockLength).stream()).toList();
        return new Layout(blocks, shares(options, blocks.size()), tailStart);
    }

    /** The model's own blocks, the first of which may begin with given tokens. */
    private static Layout ofGrid(Canvas canvas, DecodeOptions options, BlockGrid grid, int tailStart) {
        List<Block> blocks = new ArrayList<>();
        for (int start = grid.start(tailStart); start < canvas.length(); start = grid.end(start)) {
            blocks.add(new Block(start, Math.min(grid.end(start), canvas.length())));
        }
        int steps = Math.ceilDiv(options.steps(), blocks.size());
        return new Layout(blocks, Collections.nCopies(blocks.size(), steps), tailStart);
    }

    /** Steps are shared by the number of masks, at least one each. */
    private static Layout inChunks(Canvas canvas, DecodeOptions options, int tailStart) {
        int chunk = options.growth() instanceof Growth.Chunks(int tokens) ? tokens : canvas.length() - tailStart;
        List<Block> blocks = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        int start = 0;
        int numMasks = 0;
        int numSteps = 0;
        do {
            int end = (int) Math.min(canvas.length(), Math.max(start, tailStart) + (long) chunk);
            blocks.add(new Block(start, end));
            numMasks += canvas.maskedPositions(start, end).length;
            int behind = Math.ceilDiv(canvas.length() - end, Math.max(1, chunk));
            int reached = (int) ((long) options.steps() * numMasks / canvas.maskedCount());
            int least = Math.min(numSteps + 1, options.steps());
            int until = Math.clamp(reached, least, Math.max(least, options.steps() - behind));
            steps.add(until - numSteps);
            numSteps = until;
            start = end;
        } while (start < canvas.length());
        return new Layout(blocks, steps, tailStart);
    }

    private static List<Block> cut(Block run, int blockLength) {
        List<Block> blocks = new ArrayList<>();
        int start = run.start();
        while (start < run.end()) {
            int end = start + Math.min(blockLength, run.end() - start);
            blocks.add(new Block(start, end));
            start = end;
        }
        return blocks;
    }

    /**
     * The original wants equal shares; where holes make the number of blocks less obvious the shares may differ by one.
     */
    private static List<Integer> shares(DecodeOptions options, int numBlocks) {
        int steps = options.steps();
        if (options.commit().roundsStepsUp()) {
            return Collections.nCopies(numBlocks, Math.ceilDiv(steps, numBlocks));
        }
        List<Integer> shares = new ArrayList<>();
        for (int i = 0; i < numBlocks; i++) {
            shares.add((int) ((long) steps * (i + 1) / numBlocks - (long) steps * i / numBlocks));
        }
        return List.copyOf(shares);
    }
}
