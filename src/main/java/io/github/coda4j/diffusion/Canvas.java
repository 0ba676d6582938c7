package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sequence under decoding: token ids, of which those equal to the mask id are still to be committed. It may end
 * earlier than it could ({@link #resize}). Not thread-safe.
 */
public final class Canvas {
    private final int[] ids;
    private final int maskId;
    private final BitSet free = new BitSet();
    private int length;
    private int maskedCount;

    /** A canvas over a copy of the ids; masks may stand anywhere in them. */
    public Canvas(int[] ids, int maskId) {
        check(ids.length > 0, "a canvas needs at least one token");
        this.ids = ids.clone();
        this.maskId = maskId;
        Arrays.stream(maskedPositions(0, ids.length)).forEach(free::set);
        this.length = ids.length;
        this.maskedCount = free.cardinality();
    }

    /** The prompt followed by {@code numNew} masks. */
    public static Canvas forCompletion(int[] prompt, int numNew, int maskId) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + numNew);
        Arrays.fill(ids, prompt.length, ids.length, maskId);
        return new Canvas(ids, maskId);
    }

    /** Number of positions. */
    public int length() {
        return length;
    }

    /**
     * Makes the canvas end somewhere else: what is cut off is forgotten, what is added is masked.
     *
     * @param newLength at least 1, at most the length that it was made with
     */
    public void resize(int newLength) {
        check(
                newLength >= 1 && newLength <= ids.length,
                "a canvas made with %d positions may have 1 to %d, got %d",
                ids.length,
                ids.length,
                newLength);
        Arrays.fill(ids, Math.min(length, newLength), ids.length, maskId);
        length = newLength;
        maskedCount = maskedPositions(0, length).length;
    }

    /** Id of the mask token. */
    public int maskId() {
        return maskId;
    }

    /** The token at a position, from 0; a mask behind the end. */
    public int id(int position) {
        return ids[position];
    }

    /** Whether a position has no token yet. */
    public boolean isMasked(int position) {
        return ids[position] == maskId;
    }

    /** How many positions are still masked. */
    public int maskedCount() {
        return maskedCount;
    }

    /** The masked positions in [start, end), ascending. */
    public int[] maskedPositions(int start, int end) {
        return IntStream.range(start, end).filter(this::isMasked).toArray();
    }

    /** The runs of neighboring masks, from left to right. */
    public List<Block> maskedRuns() {
        List<Block> runs = new ArrayList<>();
        int start = 0;
        for (int position = 0; position <= length; position++) {
            if (position == length || !isMasked(position)) {
                if (position > start) {
                    runs.add(new Block(start, position));
                }
                start = position + 1;
            }
        }
        return runs;
    }

    /** Replaces the mask at the position. Committing the mask id itself leaves the position masked. */
    public void commit(int position, int token) {
        check(position < length, "position %d is behind the end of a canvas of %d", position, length);
        check(isMasked(position), "position %d is already committed to token %d", position, ids[position]);
        ids[position] = token;
        if (token != maskId) {
            maskedCount--;
        }
    }

    /** Whether a position was a mask when the canvas was made: what was given before stays. */
    public boolean isFree(int position) {
        return free.get(position);
    }

    /** Takes a committed token back: the position is a mask again. Refused for what was given. */
    public void remask(int position) {
        check(isFree(position), "position %d was given as token %d: it cannot become a mask", position, ids[position]);
        check(!isMasked(position), "position %d is a mask already", position);
        ids[position] = maskId;
        maskedCount++;
    }

    /** A copy of all ids. */
    public int[] ids() {
        return Arrays.copyOf(ids, length);
    }

    /** A copy of the ids in [start, end). */
    public int[] ids(int start, int end) {
        return Arrays.copyOfRange(ids, start, end);
    }
}
