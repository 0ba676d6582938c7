package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A message as Mercury's clients send it: text whose parts stand between tags, {@code <|name|>} and {@code <|/name|>}.
 */
record TaggedText(String text) {
    /** The last user message of a body. */
    static TaggedText ofMessage(Fields body) {
        Optional<String> content = Optional.empty();
        for (Fields message : body.objects("messages")) {
            if (message.text("role").orElse("").equals("user")) {
                JsonNode node = message.node("content");
                content = node.isTextual() ? message.text("content") : Optional.empty();
            }
        }
        return new TaggedText(content.orElseThrow(
                () -> Problem.wrong("messages", "messages must hold a user message whose content is a string")));
    }

    static String open(String tag) {
        return "<|" + tag + "|>";
    }

    static String close(String tag) {
        return "<|/" + tag + "|>";
    }

    /** What stands between the tags, to the byte; empty where they are missing. */
    Optional<String> find(String tag) {
        int start = text.indexOf(open(tag));
        int end = text.indexOf(close(tag), Math.max(start, 0));
        return start < 0 || end < 0
                ? Optional.empty()
                : Optional.of(text.substring(start + open(tag).length(), end));
    }

    /**
     * What stands between the tags.
     *
     * @param what is to be sent, for the problem that it is missing
     */
    String get(String tag, String what) {
        return find(tag)
                .orElseThrow(() ->
                        Problem.wrong("messages", "the message has no " + open(tag) + " with its end: send " + what));
    }

    /** The same without the line ends beside the tags, which belong to these. */
    static String inner(String between) {
        String text = between.startsWith("\n") ? between.substring(1) : between;
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
