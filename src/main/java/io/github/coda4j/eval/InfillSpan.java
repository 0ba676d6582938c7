package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.Canvas;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A piece of a document that is to be filled in, with what stands around it.
 *
 * @param before the tokens before it, at least one
 * @param answer the tokens that were there, at least one
 * @param after the tokens after it, perhaps none
 * @param head what the document has before all these, which no model sees
 * @param tail what it has after them
 */
public record InfillSpan(int[] before, int[] answer, int[] after, int[] head, int[] tail) {
    public InfillSpan {
        check(before.length > 0 && answer.length > 0, "a span needs a token before it and one in it");
    }

    /** A span in a document that is seen whole. */
    public InfillSpan(int[] before, int[] answer, int[] after) {
        this(before, answer, after, new int[0], new int[0]);
    }

    /**
     * The span with at most {@code context} tokens around it; half of them before it, more where there are fewer after
     * it.
     */
    static InfillSpan cut(int[] document, int start, int length, int context) {
        int end = start + length;
        int after = Math.min(document.length - end, context / 2);
        int before = Math.min(start, context - after);
        return new InfillSpan(
                Arrays.copyOfRange(document, start - before, start),
                Arrays.copyOfRange(document, start, end),
                Arrays.copyOfRange(document, end, end + after),
                Arrays.copyOfRange(document, 0, start - before),
                Arrays.copyOfRange(document, end + after, document.length));
    }

    /** The whole document with these tokens in the span's place. */
    int[] document(int[] filled) {
        return Stream.of(head, before, filled, after, tail)
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    /** The text as the model sees it: masks between both sides, or at the end of the left side alone. */
    Canvas canvas(Sides sides, int maskId) {
        int[] right = sides == Sides.BOTH ? after : new int[0];
        int[] ids = Arrays.copyOf(before, before.length + answer.length + right.length);
        Arrays.fill(ids, before.length, before.length + answer.length, maskId);
        System.arraycopy(right, 0, ids, before.length + answer.length, right.length);
        return new Canvas(ids, maskId);
    }

    /** What of the surroundings is shown. */
    public enum Sides {
        BOTH,
        LEFT;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
