package io.github.coda4j.eval;

import java.util.Arrays;
import java.util.Optional;

/**
 * How well spans were filled in, and at what cost.
 *
 * @param spans how many
 * @param exact how many equal what was there
 * @param tokens tokens in all spans
 * @param right tokens that equal what was there at their place
 * @param forwards passes of the model, 0 where none was asked
 * @param seconds time in the model and around it
 * @param judged spans whose documents have a verdict on their syntax
 * @param valid how many of these documents are still valid
 */
public record InfillScore(
        int spans, int exact, int tokens, int right, int forwards, double seconds, int judged, int valid) {
    public static final InfillScore NONE = new InfillScore(0, 0, 0, 0, 0, 0, 0, 0);

    InfillScore plus(int[] expected, int[] actual, int moreForwards, double moreSeconds, Optional<Boolean> validity) {
        int same = 0;
        for (int i = 0; i < expected.length; i++) {
            same += expected[i] == actual[i] ? 1 : 0;
        }
        return new InfillScore(
                spans + 1,
                exact + (Arrays.equals(expected, actual) ? 1 : 0),
                tokens + expected.length,
                right + same,
                forwards + moreForwards,
                seconds + moreSeconds,
                judged + (validity.isPresent() ? 1 : 0),
                valid + (validity.orElse(false) ? 1 : 0));
    }

    /** Share of spans that were filled in exactly, 0 to 1; 0 without spans. */
    public double exactMatch() {
        return spans == 0 ? 0 : (double) exact / spans;
    }

    /** Share of tokens that are right, 0 to 1; 0 without spans. */
    public double tokenAccuracy() {
        return tokens == 0 ? 0 : (double) right / tokens;
    }

    /** Share of judged documents that are still valid, 0 to 1; 0 where none was judged. */
    public double validity() {
        return judged == 0 ? 0 : (double) valid / judged;
    }

    /** Tokens per pass; 0 without passes. */
    public double tokensPerForward() {
        return forwards == 0 ? 0 : (double) tokens / forwards;
    }

    public double tokensPerSecond() {
        return seconds == 0 ? 0 : tokens / seconds;
    }
}
