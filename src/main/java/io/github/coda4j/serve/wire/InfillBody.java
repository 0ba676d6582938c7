package io.github.coda4j.serve.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request to fill in text as llama.cpp's clients send it.
 *
 * @param before the text before the hole: other files, the prefix, and what the line holds up to the cursor
 * @param after the text behind the hole
 * @param indent blanks that lines behind the first one have at least; 0: any
 * @param maxPredictMillis time that the answer may take from its first commit on, and after which it ends at a line
 *     end, 0: no limit
 * @param maxPromptMillis time that the text around the hole may take, 0: no limit
 * @param responseFields which fields of the answer are wanted; empty: all
 */
public record InfillBody(
        AnswerOptions options,
        String before,
        String after,
        int indent,
        int maxPredictMillis,
        int maxPromptMillis,
        Optional<List<String>> responseFields) {
    private static final String MAX_PROMPT_MILLIS = "t_max_prompt_ms";

    /** @param mostChoices the most answers */
    public static InfillBody read(Fields body, int mostChoices) {
        StringBuilder before = new StringBuilder();
        for (Fields file : body.objects("input_extra")) {
            // What else they have is of different kinds in different clients.
            before.append(file.text("text").orElse(""));
        }
        for (String field : List.of("input_prefix", "input_suffix")) {
            if (!body.has(field)) {
                throw Problem.wrong(field, field + " is missing: it may be empty");
            }
        }
        before.append(body.text("input_prefix").orElseThrow());
        before.append(body.text("prompt").orElse(""));
        return new InfillBody(
                AnswerFields.read(body, mostChoices),
                before.toString(),
                body.text("input_suffix").orElseThrow(),
                indent(body),
                maxPredictMillis(body),
                body.integer(MAX_PROMPT_MILLIS).orElse(0),
                responseFields(body));
    }

    /** Blanks that lines behind the first one have at least; 0: any. */
    public static int indent(Fields body) {
        return body.integer("n_indent", 0, Integer.MAX_VALUE).orElse(0);
    }

    /** Time after which the answer ends at a line end, 0 or less: no limit. */
    public static int maxPredictMillis(Fields body) {
        return body.integer("t_max_predict_ms").orElse(0);
    }

    /** The options of a completion, whose prompt is never cut, however long it takes. */
    public static AnswerOptions ofCompletion(Fields body, AnswerOptions options) {
        if (body.integer(MAX_PROMPT_MILLIS).orElse(0) <= 0) {
            return options;
        }
        List<String> ignored = new ArrayList<>(options.ignored());
        ignored.add(MAX_PROMPT_MILLIS);
        return options.ignoring(ignored);
    }

    /** The field of this name; empty where the body has none. */
    static Optional<List<String>> responseFields(Fields body) {
        return body.has("response_fields") ? Optional.of(body.texts("response_fields")) : Optional.empty();
    }
}
