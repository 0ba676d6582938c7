package io.github.coda4j.eval.answers;

import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.Document;
import io.github.coda4j.text.MarkedText;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model is asked.
 *
 * @param sample which of a task's samples, from 0; it is added to the seed
 * @param form the text to be continued or filled
 */
public record Question(Problem problem, int sample, Form form) {
    /** A text to be continued, a message of a chat, or a text with a hole. */
    public sealed interface Form {}

    /** A text to be continued. */
    public record Continue(MarkedText text) implements Form {}

    /** What a person says in a chat that somebody else renders. */
    public record Chat(String user) implements Form {}

    /**
     * A hole between two texts.
     *
     * @param before may be empty
     * @param behind empty where nothing is seen behind the hole
     */
    public record Fill(String before, Document.Hole hole, String behind) implements Form {
        /** The text with its hole. */
        Document document() {
            List<Document.Segment> segments = new ArrayList<>();
            if (!before.isEmpty()) {
                segments.add(new Document.Text(before));
            }
            segments.add(hole);
            if (!behind.isEmpty()) {
                segments.add(new Document.Text(behind));
            }
            return new Document(segments);
        }
    }
}
