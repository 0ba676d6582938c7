package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Draws spans to fill in from documents: at most one per document and round, so that no long document rules the
 * figures. The same seed and documents give the same spans.
 *
 * @param context tokens of the document around a span, at least 2
 * @param seed of the draws
 */
public record SpanSampler(int context, long seed) {
    private static final int ROUNDS = 8;

    public SpanSampler {
        check(context >= 2, "the context of a span must be at least 2 tokens, got %d", context);
    }

    /**
     * Spans of a fixed length anywhere.
     *
     * @return at most {@code count} spans, fewer where the documents are too short
     */
    public List<InfillSpan> ofLength(List<int[]> documents, int length, int count) {
        check(length >= 1, "a span must be at least 1 token, got %d", length);
        return draw(documents, count, (document, random) -> {
            int room = document.length - length;
            if (room < 1) {
                return List.of();
            }
            return List.of(InfillSpan.cut(document, 1 + random.nextInt(room), length, context));
        });
    }

    /**
     * Whole lines, each with the token that ends it.
     *
     * @param endsLine whether a token holds a line's end
     * @param minLength tokens that a line has at least
     * @param maxLength tokens that a line has at most
     * @return at most {@code count} spans, fewer where the documents have no more such lines
     */
    public List<InfillSpan> lines(
            List<int[]> documents, IntPredicate endsLine, int minLength, int maxLength, int count) {
        check(
                minLength >= 1 && minLength <= maxLength,
                "a line must have between 1 and %d tokens, got %d",
                maxLength,
                minLength);
        return draw(documents, count, (document, random) -> {
            List<InfillSpan> lines = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < document.length; i++) {
                if (endsLine.test(document[i])) {
                    int length = i + 1 - start;
                    if (start > 0 && length >= minLength && length <= maxLength) {
                        lines.add(InfillSpan.cut(document, start, length, context));
                    }
                    start = i + 1;
                }
            }
            return lines.isEmpty() ? List.of() : List.of(lines.get(random.nextInt(lines.size())));
        });
    }

    @FunctionalInterface
    private interface Drawing {
        List<InfillSpan> draw(int[] document, SplittableRandom random);
    }

    private List<InfillSpan> draw(List<int[]> documents, int count, Drawing drawing) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> shuffled = new ArrayList<>(documents);
        Collections.shuffle(shuffled, java.util.Random.from(random));
        List<InfillSpan> spans = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (int[] document : shuffled) {
                if (spans.size() == count) {
                    return spans;
                }
                spans.addAll(drawing.draw(document, random));
            }
        }
        return spans;
    }
}
