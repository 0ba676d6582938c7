package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

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
    static Layout of(Canvas canvas, DecodeOptions options) {
        List<Block> runs = maskRuns(canvas);
        boolean endsMasked = !runs.isEmpty() && runs.getLast().end() == canvas.length();
        int tailStart = endsMasked ? runs.getLast().start() : canvas.length();
        if (runs.isEmpty()) {
            return new Layout(List.of(), List.of(), tailStart);
        }
        if (options.blockLength().isEmpty()) {
            return new Layout(List.of(new Block(0, canvas.length())), List.of(options.steps()), tailStart);
        }
        int blockLength = options.blockLength().getAsInt();
        checkTail(canvas.length() - tailStart, blockLength);
        List<Block> blocks =
                runs.stream().flatMap(run -> cut(run, blockLength).stream()).toList();
        boolean completionOnly = endsMasked && runs.size() == 1;
        return new Layout(blocks, shares(options, blocks.size(), completionOnly), tailStart);
    }

    private static List<Block> maskRuns(Canvas canvas) {
        List<Block> runs = new ArrayList<>();
        int position = 0;
        while (position < canvas.length()) {
            int start = position;
            while (position < canvas.length() && canvas.isMasked(position)) {
                position++;
            }
            if (position > start) {
                runs.add(new Block(start, position));
            } else {
                position++;
            }
        }
        return runs;
    }

    private static List<Block> cut(Block run, int blockLength) {
        List<Block> blocks = new ArrayList<>();
        for (int start = run.start(); start < run.end(); start += blockLength) {
            blocks.add(new Block(start, Math.min(start + blockLength, run.end())));
        }
        return blocks;
    }

    private static void checkTail(int numNew, int blockLength) {
        check(
                numNew % blockLength == 0,
                "%d new tokens do not divide into blocks of %d: use %s new tokens or a block length that divides %d",
                numNew,
                blockLength,
                nearestMultiples(numNew, blockLength),
                numNew);
    }

    /**
     * The original wants equal shares; where holes make the number of blocks less obvious the shares may differ by one.
     */
    private static List<Integer> shares(DecodeOptions options, int numBlocks, boolean completionOnly) {
        int steps = options.steps();
        if (!(options.commit() instanceof CommitPolicy.ConfidenceThreshold)) {
            check(
                    steps >= numBlocks && (!completionOnly || steps % numBlocks == 0),
                    "%d steps do not divide over %d blocks: use %s steps",
                    steps,
                    numBlocks,
                    nearestMultiples(steps, numBlocks));
        }
        List<Integer> shares = new ArrayList<>();
        for (int i = 0; i < numBlocks; i++) {
            shares.add((int) ((long) steps * (i + 1) / numBlocks - (long) steps * i / numBlocks));
        }
        return List.copyOf(shares);
    }

    private static String nearestMultiples(int value, int divisor) {
        int below = value / divisor * divisor;
        return below == 0 ? Integer.toString(divisor) : below + " or " + (below + divisor);
    }
}
