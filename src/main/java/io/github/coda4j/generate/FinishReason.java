package io.github.coda4j.generate;

import java.util.List;

/** Why an answer ends where it ends. */
public enum FinishReason {
    /** An end token, or pads that fill what is left of a hole. */
    STOP,
    /** A stop string. */
    STOP_STRING,
    /** What the request wants it to go on until ({@link GenerateRequest#until}). */
    UNTIL,
    /** All its tokens are used. */
    LENGTH,
    /** {@link Generation#cancel} was called. */
    CANCELLED,
    /** The request's deadline passed. */
    DEADLINE;

    /** The reason of a whole answer whose holes ended by themselves. */
    static FinishReason overall(List<HoleAnswer> answers) {
        List<FinishReason> reasons =
                answers.stream().map(HoleAnswer::finishReason).toList();
        if (reasons.contains(LENGTH)) {
            return LENGTH;
        }
        return reasons.contains(STOP_STRING) ? STOP_STRING : reasons.contains(UNTIL) ? UNTIL : STOP;
    }
}
