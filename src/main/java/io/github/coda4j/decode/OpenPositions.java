package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Which masks of a canvas still want a token, and which of its tokens are the answer's: after an end token and in a
 * range that was given up masks stay.
 */
final class OpenPositions {
    private final Canvas canvas;
    private final DecodeOptions options;
    private final int tailStart;
    private final BitSet givenUp = new BitSet();
    /** Masks from here on are given up because an end token stands before them. */
    private int limit;

    private boolean tailEnded;
    private OptionalInt endPosition = OptionalInt.empty();

    /** @param tailStart where the completion at the end of the canvas begins */
    OpenPositions(Canvas canvas, DecodeOptions options, int tailStart) {
        this.canvas = canvas;
        this.options = options;
        this.tailStart = tailStart;
        this.limit = canvas.length();
    }

    /** The block's masks that want a token, ascending. */
    int[] in(Block block) {
        int[] masked = canvas.maskedPositions(block.start(), Math.min(block.end(), limit));
        return givenUp.isEmpty()
                ? masked
                : Arrays.stream(masked)
                        .filter(position -> !givenUp.get(position))
                        .toArray();
    }

    /** Whether the block may be full although its policy does not know it. */
    boolean mayEndEarly(Block block) {
        return block.end() > limit || !givenUp.isEmpty();
    }

    /** The positions of the block that hold a token of the answer, ascending; the pads that closed a hole do not. */
    int[] committed(Block block) {
        return IntStream.range(block.start(), Math.min(block.end(), limit))
                .filter(position -> holdsToken(block, position))
                .toArray();
    }

    /** Whether the position is one of the block and holds a token of the answer. */
    boolean holdsToken(Block block, int position) {
        return block.contains(position)
                && canvas.isFree(position)
                && !canvas.isMasked(position)
                && !isPad(canvas.id(position));
    }

    /** Nobody wants this part of a hole, to its end at its ceiling. */
    void giveUp(Block range) {
        givenUp.set(range.start(), range.end());
        tailEnded |= range.end() > tailStart;
    }

    /**
     * Gives up what follows an end token of the completion.
     *
     * @param block at work
     * @param settled whether the block's tokens stay; else they do once nothing before the end token is open
     */
    void giveUpAfterEndToken(Block block, boolean settled) {
        int position = tailStart;
        while (position < limit && !canvas.isMasked(position)) {
            if (options.endTokens().contains(canvas.id(position)) && (settled || isFull(block.start(), position))) {
                limit = position + 1;
                endPosition = OptionalInt.of(position);
                tailEnded = true;
            }
            position++;
        }
    }

    /** Whether nothing of a block before the position is open, so that a block that ends there is done. */
    private boolean isFull(int start, int end) {
        return end <= start || in(new Block(start, end)).length == 0;
    }

    /** Nothing that follows belongs to the completion. */
    void endTail() {
        tailEnded = true;
    }

    /** Whether nothing that follows belongs to the completion: it does not grow any more. */
    boolean tailEnded() {
        return tailEnded;
    }

    /** Where the end token stands that ended the completion. */
    OptionalInt endPosition() {
        return endPosition;
    }

    /** Whether a token ends what the completion says. */
    boolean endsText(int token) {
        return options.endTokens().contains(token) || isPad(token);
    }

    private boolean isPad(int token) {
        return options.holePad().equals(OptionalInt.of(token));
    }

    /** The canvas ends elsewhere. */
    void resized() {
        limit = canvas.length();
    }
}
