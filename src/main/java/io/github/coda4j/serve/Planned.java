package io.github.coda4j.serve;

import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Cost;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.HoleAnswer;
import java.util.List;
import java.util.Optional;

/**
 * An answer that is to be made.
 *
 * @param request what the engine is asked; empty: nothing is generated
 * @param promptTokens tokens that are given
 * @param echo what its text begins with
 * @param unasked how many tokens the answer has and why it ends where nothing is generated
 */
record Planned(Optional<GenerateRequest> request, int promptTokens, String echo, Unasked unasked) {
    /** The end of an answer without the engine. */
    record Unasked(int tokens, FinishReason reason) {
        /** As for a ceiling of 0. */
        static final Unasked NOTHING = new Unasked(0, FinishReason.LENGTH);
    }

    Planned(Optional<GenerateRequest> request, int promptTokens, String echo) {
        this(request, promptTokens, echo, Unasked.NOTHING);
    }

    /** What the engine would have said. */
    Completion completion() {
        return new Completion(
                List.of(new HoleAnswer("", List.of(), unasked.reason)),
                List.of(),
                unasked.reason,
                new Cost(0, 0, 0, promptTokens, unasked.tokens, 0, 0, 0));
    }
}
