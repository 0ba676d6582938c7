package io.github.coda4j.serve.wire;

import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.FinishReason;
import java.util.List;

/**
 * One answer, finished.
 *
 * @param index among the answers of a call
 * @param text what is answered; shorter than the completion's where a dialect cut it
 * @param finish why it ends, in OpenAI's words: stop or length
 * @param completion what the engine gave
 * @param logprobs of the text's tokens; none where they were not asked for
 */
public record Choice(int index, String text, String finish, Completion completion, List<TokenLogprob> logprobs) {
    public Choice {
        logprobs = List.copyOf(logprobs);
    }

    /** The reason in OpenAI's words; what was late ends as if it had reached its length. */
    public static String finish(FinishReason reason) {
        return switch (reason) {
            case STOP, STOP_STRING, UNTIL -> "stop";
            case LENGTH, DEADLINE, CANCELLED -> "length";
        };
    }
}
