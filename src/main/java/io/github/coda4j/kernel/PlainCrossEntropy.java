package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link CrossEntropy}: the same contract, element by element in double precision. */
final class PlainCrossEntropy {
    private PlainCrossEntropy() {}

    /** See {@link CrossEntropy#backward}. */
    static double backward(MemorySegment logits, NumberKind kind, long first, int width, int target, float factor) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            max = Math.max(max, PlainElements.get(logits, kind, first + i));
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(PlainElements.get(logits, kind, first + i) - max);
        }
        double loss = Math.log(sum) + max - PlainElements.get(logits, kind, first + target);
        for (int i = 0; i < width && factor != 0; i++) {
            double p = Math.exp(PlainElements.get(logits, kind, first + i) - max) / sum;
            PlainElements.put(factor * (p - (i == target ? 1 : 0)), logits, kind, first + i);
        }
        return loss;
    }
}
