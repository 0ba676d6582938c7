package io.github.coda4j.decode.commit;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Block;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/**
 * What a commit policy is told when a block is entered.
 *
 * @param block the run of positions that is decoded together
 * @param inBlocks whether the options ask for blocks; otherwise this one is the whole canvas
 * @param steps the block's share of the steps; 0 or more where they do not count
 * @param firstStep number of the block's first step in the session: names its random draws
 * @param numMasked masks in the block when it is entered; a canvas that grows may add some
 * @param eps last noise level of the schedule, in [0, 1)
 * @param length positions of the whole canvas, at the time of asking: it may grow and shrink while a block is at work
 * @param masked whether a position of the canvas is masked, at the time of asking
 * @param draws the session's random numbers
 */
public record BlockContext(
        Block block,
        boolean inBlocks,
        int steps,
        int firstStep,
        int numMasked,
        double eps,
        IntSupplier length,
        IntPredicate masked,
        Draws draws) {
    public BlockContext {
        check(steps >= 0, "a block's share of the steps must be 0 or positive, got %d", steps);
    }

    /** Positions of the whole canvas as it is now. */
    public int canvasLength() {
        return length.getAsInt();
    }
}
