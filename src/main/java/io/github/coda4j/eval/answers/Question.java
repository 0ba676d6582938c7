package io.github.coda4j.eval.answers;

import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.Document;
import io.github.coda4j.text.MarkedText;

/**
 * What a model is asked.
 *
 * @param sample which of a task's samples, from 0
 * @param form the text to be continued or filled
 */
public record Question(Problem problem, int sample, Form form) {
    /** A text to be continued, or a document to be filled. */
    public sealed interface Form {}

    /** A text to be continued. */
    public record Continue(MarkedText text) implements Form {}

    /** A document with one hole. */
    public record Fill(Document document) implements Form {}
}
