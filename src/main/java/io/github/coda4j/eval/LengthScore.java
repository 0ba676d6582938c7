package io.github.coda4j.eval;

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
 * @param seconds from request to answer
 */
public record LengthScore(
        int holes, int exact, int tokens, int right, int judged, int parses, long forwards, double seconds) {
    static final LengthScore NONE = new LengthScore(0, 0, 0, 0, 0, 0, 0, 0);

    LengthScore plus(boolean same, int rightTokens, int allTokens, Optional<Boolean> parsed, int ran, double took) {
        return new LengthScore(
                holes + 1,
                exact + (same ? 1 : 0),
                tokens + allTokens,
                right + Math.min(rightTokens, allTokens),
                judged + (parsed.isPresent() ? 1 : 0),
                parses + (parsed.orElse(false) ? 1 : 0),
                forwards + ran,
                seconds + took);
    }
}
