package io.github.coda4j.eval.answers;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.generate.Completion;
import java.util.OptionalInt;

/**
 * An answer and what it took.
 *
 * @param text what follows the text that was to be continued, or fills the hole
 * @param newTokens its tokens, the end token and pads left out; 0 where nobody says
 * @param forwards all passes of the model, those that find lengths included; empty where nobody says
 * @param lengthForwards how many of them only served to find lengths
 * @param seconds of work, not of waiting, where that is known
 */
public record Answer(String text, int newTokens, OptionalInt forwards, int lengthForwards, double seconds) {
    public Answer {
        requireNonNull(text, "text is null");
        check(newTokens >= 0, "an answer cannot have %d tokens", newTokens);
        check(
                lengthForwards >= 0 && lengthForwards <= forwards.orElse(lengthForwards),
                "%d of %d forwards cannot have found lengths",
                lengthForwards,
                forwards.orElse(0));
    }

    /** That of a model of ours. */
    static Answer of(Completion completion) {
        var cost = completion.cost();
        return new Answer(
                completion.text(),
                cost.newTokens(),
                OptionalInt.of(cost.forwards()),
                cost.lengthForwards(),
                (cost.promptMillis() + cost.decodeMillis()) / 1e3);
    }
}
