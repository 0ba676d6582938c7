package io.github.coda4j.serve.wire;

import io.github.coda4j.generate.request.ValueSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What every request for an answer may say, whatever its dialect.
 *
 * @param model what the client calls the model; possibly nothing, or somebody else's name
 * @param stream whether the answer is sent while it comes
 * @param frames what a stream shows
 * @param includeUsage whether a stream ends with what was used
 * @param choices answers wanted to each prompt, at least 1
 * @param ceiling the longest answer in tokens, 0 or more; empty: the server's default
 * @param ceilingField the field that says so, for problems
 * @param fixedLength whether the ceiling is the length: every token of it is decoded
 * @param decode the decode options that the request gives
 * @param effort how much work the answer is worth
 * @param seed of all random draws; empty: any
 * @param deadline the longest time from submission to the answer
 * @param logprobs how many of the best tokens are wanted of each position, 0 for the token's own alone; empty: none
 * @param thinking whether a chat's answer may begin with a thought
 * @param user what the client calls its user; possibly nothing
 * @param ignored fields that are known, say something and have no effect here
 */
public record AnswerOptions(
        String model,
        boolean stream,
        StreamKind frames,
        boolean includeUsage,
        int choices,
        OptionalInt ceiling,
        String ceilingField,
        boolean fixedLength,
        ValueSource decode,
        Optional<Effort> effort,
        Optional<Long> seed,
        Optional<Duration> deadline,
        OptionalInt logprobs,
        Optional<Boolean> thinking,
        String user,
        List<String> ignored) {
    /** What a stream shows. */
    public enum StreamKind {
        /** Text as it becomes certain from the left. */
        TEXT,
        /** The same, and every step with what it committed. */
        STEPS,
        /** After every step the whole text so far, which replaces the one before. */
        WHOLE_TEXT
    }

    public AnswerOptions {
        ignored = List.copyOf(ignored);
    }

    /** The same in a dialect that shows neither steps nor log-probabilities: they are named among what is ignored. */
    public AnswerOptions withoutDetails() {
        List<String> all = new ArrayList<>(ignored);
        if (frames != StreamKind.TEXT) {
            all.add(frames == StreamKind.STEPS ? "stream_options.diffusion" : "diffusing");
        }
        if (logprobs.isPresent()) {
            all.add("logprobs");
        }
        return new AnswerOptions(
                model,
                stream,
                StreamKind.TEXT,
                includeUsage,
                choices,
                ceiling,
                ceilingField,
                fixedLength,
                decode,
                effort,
                seed,
                deadline,
                OptionalInt.empty(),
                thinking,
                user,
                all);
    }

    /** The same where other fields have no effect either. */
    public AnswerOptions ignoring(List<String> all) {
        return new AnswerOptions(
                model,
                stream,
                frames,
                includeUsage,
                choices,
                ceiling,
                ceilingField,
                fixedLength,
                decode,
                effort,
                seed,
                deadline,
                logprobs,
                thinking,
                user,
                all);
    }
}
