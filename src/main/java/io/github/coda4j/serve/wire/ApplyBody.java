package io.github.coda4j.serve.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * A request to put an update snippet into code, as Mercury's clients send it: one user message with both between tags.
 *
 * @param options what of them has an effect on text that is merged and not generated: the ceiling, stop strings, the
 *     stream; the rest is named among what is ignored
 * @param original the code
 * @param snippet what is to be put into it
 */
public record ApplyBody(AnswerOptions options, String original, String snippet) {
    private static final String WANTED = "the code and the snippet that is to be put into it";

    /** Reads a body; several answers are refused, since they would be the same. */
    public static ApplyBody read(Fields body) {
        AnswerOptions options = AnswerFields.read(body, 1);
        if (options.logprobs().isPresent()) {
            throw Problem.unsupported(
                    "logprobs", "logprobs are not supported here: code is merged, and no token of it is drawn");
        }
        TaggedText content = TaggedText.ofMessage(body);
        List<String> ignored = new ArrayList<>(options.ignored());
        ignored.addAll(AnswerFields.ofDecoding(body));
        return new ApplyBody(
                options.ignoring(ignored),
                TaggedText.inner(content.get("original_code", WANTED)),
                TaggedText.inner(content.get("update_snippet", WANTED)));
    }
}
