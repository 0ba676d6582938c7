package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import java.util.ArrayList;
import java.util.List;

/**
 * How a canvas is cut: its blocks from left to right, and each block's share of the steps.
 *
 * @param blocks without a block length the whole canvas is one; otherwise every run of masks is cut into blocks
 * @param steps one number for each block
 * @param tailStart where the completion begins: the run of masks at the end of the canvas; the canvas' length if there
 *     is none
 */
record Layout(List<Block> blocks, List<Integer> steps, int tailStart) {
    /** The options fit the canvas, see {@link CanvasShape#checkDecodable}. */
    static Layout of(Canvas canvas, DecodeOptions options) {
        List<Block> runs = canvas.maskedRuns();
        boolean endsMasked = !runs.isEmpty() && runs.getLast().end() == canvas.length();
        int tailStart = endsMasked ? runs.getLast().start() : canvas.length();
        if (runs.isEmpty()) {
            return new Layout(List.of(), List.of(), tailStart);
        }
        if (options.blockLength().isEmpty()) {
            return new Layout(List.of(new Block(0, canvas.length())), List.of(options.steps()), tailStart);
        }
        int blockLength = options.blockLength().getAsInt();
        List<Block> blocks =
                runs.stream().flatMap(run -> cut(run, blockLength).stream()).toList();
        return new Layout(blocks, shares(options.steps(), blocks.size()), tailStart);
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
    private static List<Integer> shares(int steps, int numBlocks) {
        List<Integer> shares = new ArrayList<>();
        for (int i = 0; i < numBlocks; i++) {
            shares.add((int) ((long) steps * (i + 1) / numBlocks - (long) steps * i / numBlocks));
        }
        return List.copyOf(shares);
    }
}
