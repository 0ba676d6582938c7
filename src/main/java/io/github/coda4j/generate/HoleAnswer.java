package io.github.coda4j.generate;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What fills one hole.
 *
 * @param text the decoded text, without the end token, pads or stop string and what follows it, and without what it
 *     repeats of the document's {@link Document#hidden}; empty from an engine without a tokenizer
 * @param ids its tokens: without the end token and what follows it and without pads, or up to the one that completed a
 *     stop string or showed that a line or block is over
 * @param finishReason why this hole's answer ends
 * @param stopString the one that it ends at; empty when it ends otherwise
 */
public record HoleAnswer(String text, List<Integer> ids, FinishReason finishReason, String stopString) {
    public HoleAnswer {
        requireNonNull(text, "text is null");
        ids = List.copyOf(ids);
        requireNonNull(finishReason, "finishReason is null");
        requireNonNull(stopString, "stopString is null");
    }

    /** One that ends at no stop string. */
    public HoleAnswer(String text, List<Integer> ids, FinishReason finishReason) {
        this(text, ids, finishReason, "");
    }
}
