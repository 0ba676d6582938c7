package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Proposals;
import java.util.Arrays;
import java.util.function.IntPredicate;

/** The run of masks at the end of a canvas, as long as its {@link Growth} has made it so far. */
final class GrowingTail {
    private final Canvas canvas;
    private final Growth growth;
    private final int start;
    private final int ceiling;

    /**
     * Makes the canvas as long as it is at the beginning.
     *
     * @param canvas at its ceiling, with nothing committed
     * @param start where its last run of masks begins; its length if it does not end masked
     */
    GrowingTail(Canvas canvas, Growth growth, int start) {
        this.canvas = canvas;
        this.growth = growth;
        this.start = start;
        this.ceiling = canvas.length() - start;
        switch (growth) {
            case Growth.None() -> {}
            case Growth.Chunks(int tokens) -> resize(Math.min(ceiling, tokens));
            case Growth.RhoEos(int first, int _, int _) -> resize(Math.min(ceiling, first));
            case Growth.Window(int tokens) -> resize(Math.min(ceiling, tokens));
        }
    }

    /** Appends the next chunk; false where the canvas does not grow by chunks or is at its ceiling. */
    boolean append() {
        if (length() == ceiling || !(growth instanceof Growth.Chunks(int tokens))) {
            return false;
        }
        resize((int) Math.min(ceiling, (long) length() + tokens));
        return true;
    }

    /** Lets in what a window over the block that begins has in sight; false where nothing is added. */
    boolean slide(Block block) {
        if (!(growth instanceof Growth.Window(int tokens)) || block.start() < start) {
            return false;
        }
        int before = length();
        resize((int) Math.min(ceiling, Math.max(before, (long) block.start() - start + tokens)));
        return length() > before;
    }

    /** Whether the forward of that number, from 1, must propose something for all masks. */
    boolean measures(int forward) {
        return growth instanceof Growth.RhoEos(int _, int _, int changes) && forward <= changes && length() < ceiling;
    }

    /** The masks that are left, ascending. */
    int[] masked() {
        return canvas.maskedPositions(start, canvas.length());
    }

    /**
     * Appends or cuts after a forward that {@link #measures}. A cut takes only what would end the text anyway and
     * leaves one position of that: as published it would take tokens that are committed, and told, and places for which
     * the model proposes text. Where no mask is left, and what was committed has not ended the text, none of the masks
     * has: the canvas grows as for a share of 0, for which the published program has no rule.
     *
     * @param ends whether a token ends the text
     * @return whether the length changed
     */
    boolean settle(int forward, Proposals proposals, IntPredicate ends) {
        int[] masked = masked();
        if (!(growth instanceof Growth.RhoEos rule)) {
            return false;
        }
        if (masked.length == 0) {
            int full = length();
            resize(rule.next(forward, 1, 0, full, ceiling));
            return length() != full;
        }
        int[] ending = Arrays.stream(masked)
                .filter(position -> ends.test(proposals.tokens()[Arrays.binarySearch(proposals.positions(), position)]))
                .toArray();
        int before = length();
        int next = rule.next(forward, masked.length, ending.length, before, ceiling);
        resize(next < before ? Math.max(next, Math.min(before, text(ending, ends) + 1)) : next);
        return length() != before;
    }

    /** The length without the positions at its end that end the text, masked or not. */
    private int text(int[] ending, IntPredicate ends) {
        int end = canvas.length();
        while (end > start && (ends.test(canvas.id(end - 1)) || Arrays.binarySearch(ending, end - 1) >= 0)) {
            end--;
        }
        return end - start;
    }

    private int length() {
        return canvas.length() - start;
    }

    private void resize(int tokens) {
        canvas.resize(Math.max(1, start + tokens));
    }
}
