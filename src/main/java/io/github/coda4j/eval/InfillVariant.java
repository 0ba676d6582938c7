package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * One way to fill in a span, of those that are compared: the exact decoder (a forward per token, no cache) or a faster
 * one.
 *
 * @param name as in the report
 * @param family the variants that differ in one number, which a plot joins with a line
 * @param sides what the model sees
 * @param options how to decode a span of so many tokens
 */
public record InfillVariant(String name, String family, InfillSpan.Sides sides, IntFunction<DecodeOptions> options) {
    private static final String STEPS = "fewer steps";
    private static final List<Integer> FEWER_STEPS = List.of(2, 4, 8);
    private static final List<Double> THRESHOLDS = List.of(0.7, 0.8, 0.9, 0.95);

    /** The exact decoder with both sides and with the left side alone. */
    public static List<InfillVariant> exact() {
        return List.of(
                new InfillVariant("both sides", STEPS, InfillSpan.Sides.BOTH, InfillVariant::everyToken),
                new InfillVariant(
                        "left side only", "left side only", InfillSpan.Sides.LEFT, InfillVariant::everyToken));
    }

    /** Both sides with fewer steps, with caches, and with confidence thresholds. */
    public static List<InfillVariant> faster() {
        List<InfillVariant> variants = new ArrayList<>();
        for (int divisor : FEWER_STEPS) {
            variants.add(
                    both("tokens/" + divisor + " steps", STEPS, n -> DecodeOptions.ofSteps(Math.ceilDiv(n, divisor))));
        }
        for (String cache : List.of("prefix", "dual")) {
            variants.add(
                    both(cache + " cache", cache + " cache", n -> everyToken(n).withBlocks(n, CachePolicy.of(cache))));
        }
        for (double threshold : THRESHOLDS) {
            variants.add(both(
                    String.format(Locale.ROOT, "threshold %s", threshold),
                    "threshold",
                    n -> threshold(n, threshold, CachePolicy.NONE)));
        }
        for (double threshold : THRESHOLDS) {
            variants.add(both(
                    String.format(Locale.ROOT, "dual cache, threshold %s", threshold),
                    "dual cache, threshold",
                    n -> threshold(n, threshold, CachePolicy.of("dual"))));
        }
        return variants;
    }

    /** The exact decoder with both sides under another name, for a model whose numbers differ. */
    public static InfillVariant exactAs(String name) {
        return both(name, name, InfillVariant::everyToken);
    }

    private static InfillVariant both(String name, String family, IntFunction<DecodeOptions> options) {
        return new InfillVariant(name, family, InfillSpan.Sides.BOTH, options);
    }

    private static DecodeOptions everyToken(int tokens) {
        check(tokens > 0, "a span needs at least one token");
        return DecodeOptions.ofSteps(tokens);
    }

    private static DecodeOptions threshold(int tokens, double threshold, CachePolicy cache) {
        return DecodeOptions.ofSteps(tokens)
                .withCommit(new ConfidenceThreshold(threshold))
                .withBlocks(tokens, cache);
    }
}
