package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The words of a dialect for what happens to an answer. Frames are what is sent, line ends included; an empty text
 * sends nothing. One writer serves one call; its methods are called one at a time.
 */
public interface AnswerWriter {
    /** The content type of streams. */
    String contentType();

    /** The next piece of a choice's text. */
    String piece(int choice, String text);

    /** The next piece of the text of one of a choice's holes, of which there may be several. */
    default String piece(int choice, int hole, String text) {
        return piece(choice, text);
    }

    /** Whether it shows steps and log-probabilities where the options ask for them. */
    default boolean showsDetails() {
        return false;
    }

    /** A step, where the client wants to see them. */
    default String step(int choice, StepFrame frame) {
        return "";
    }

    /** A choice is finished; its text was sent. */
    String finish(Choice choice);

    /** All are finished; nothing follows. */
    String end(List<Choice> choices);

    /** The stream breaks off. */
    String failure(Problem problem);

    /** The answer to a call that wants it in one. */
    JsonNode whole(List<Choice> choices);
}
