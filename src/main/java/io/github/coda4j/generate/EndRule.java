package io.github.coda4j.generate;

import io.github.coda4j.syntax.AnswerEnd;
import java.util.OptionalInt;

/** Where an answer ends by what it says, found while it is written. One for each answer; it may remember. */
interface EndRule {
    /** Nowhere. */
    EndRule NONE = (_, _) -> OptionalInt.empty();

    /** Behind the first line that has something in it. */
    EndRule LINE = (text, _) -> {
        int end = AnswerEnd.ofLine(text.toString());
        return end < text.length() ? OptionalInt.of(end) : OptionalInt.empty();
    };

    /**
     * Where the answer ends, once that is certain.
     *
     * @param text what there is of it
     * @param whole whether nothing follows
     * @return less than the text's length
     */
    OptionalInt end(CharSequence text, boolean whole);

    /** How many chars at the end of the text may yet turn out not to belong to the answer. */
    default int held(CharSequence text) {
        return 0;
    }
}
