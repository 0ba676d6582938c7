package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/**
 * What a {@link QualityBench} measures.
 *
 * @param spans of each kind, at least 1; fewer where there are fewer
 * @param context tokens of the document around a span, at least 2
 * @param lines whole lines of so many tokens; empty to leave them out
 * @param lengths of spans anywhere in a document, in tokens
 * @param sweep also with fewer steps, with caches, with confidence thresholds and in int8
 * @param baselineTokens that the baseline learns from at most, at least 1
 * @param lossRows held-out rows for the losses; 0 to leave them out
 * @param unknownHoles holes of unknown length of each kind; 0 to leave them out
 * @param seed of the spans and of the losses' rows and masks
 */
public record QualityPlan(
        int spans,
        int context,
        Optional<Lines> lines,
        List<Integer> lengths,
        boolean sweep,
        long baselineTokens,
        int lossRows,
        int unknownHoles,
        long seed) {
    /** 200 whole lines of 8 to 16 tokens, each with 256 tokens around it, and the losses of 256 rows. */
    public static final QualityPlan STANDARD =
            new QualityPlan(200, 256, Optional.of(new Lines(8, 16)), List.of(), false, 50_000_000, 256, 0, 1);

    public QualityPlan {
        check(unknownHoles >= 0, "holes of unknown length must be 0 or more, got %d", unknownHoles);
        check(spans >= 1, "spans must be at least 1, got %d", spans);
        check(baselineTokens >= 1, "baseline tokens must be at least 1, got %d", baselineTokens);
        check(lossRows >= 0, "loss rows must be 0 or more, got %d", lossRows);
        lengths = List.copyOf(lengths);
    }

    /**
     * Whole lines.
     *
     * @param least tokens of a line
     * @param most tokens of a line
     */
    public record Lines(int least, int most) {}
}
