package io.github.coda4j.eval;

import io.github.coda4j.generate.Cost;
import java.util.Optional;

/**
 * How well holes of unknown length were filled, and at what cost.
 *
 * @param holes how many
 * @param exact how many answers are the text that was there
 * @param tokens tokens that were there
 * @param right tokens of the answers that are right at their place
 * @param judged files that parsed before
 * @param parses how many of them still do
 * @param forwards of one sequence each
 * @param pads that closed holes
 * @param seconds from request to answer
 */
public record LengthScore(
        int holes, int exact, int tokens, int right, int judged, int parses, long forwards, long pads, double seconds) {
    static final LengthScore NONE = new LengthScore(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** That of one hole. */
    static LengthScore of(
            boolean exact, int rightTokens, int allTokens, Optional<Boolean> parsed, Cost cost, double seconds) {
        return new LengthScore(
                1,
                exact ? 1 : 0,
                allTokens,
                Math.min(rightTokens, allTokens),
                parsed.isPresent() ? 1 : 0,
                parsed.orElse(false) ? 1 : 0,
                cost.forwards(),
                cost.pads(),
                seconds);
    }

    /** Both together. */
    LengthScore plus(LengthScore other) {
        return new LengthScore(
                holes + other.holes,
                exact + other.exact,
                tokens + other.tokens,
                right + other.right,
                judged + other.judged,
                parses + other.parses,
                forwards + other.forwards,
                pads + other.pads,
                seconds + other.seconds);
    }
}
