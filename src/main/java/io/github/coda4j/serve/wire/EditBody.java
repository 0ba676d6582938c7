package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A request for the next edit of a file, as Mercury's clients send it: one user message in which tags mark the file and
 * the region that is to be written anew.
 *
 * @param before the text before the region, other files that are sent along first
 * @param region the text that is to be replaced
 * @param after the text behind it
 */
public record EditBody(AnswerOptions options, String before, String region, String after) {
    private static final String CURSOR = "<|cursor|>";
    private static final String PATH = "current_file_path:";
    private static final String SNIPPET_PATH = "(?m)^code_snippet_file_path:.*\\R?";

    /** @param mostChoices the most answers */
    public static EditBody read(Fields body, int mostChoices) {
        AnswerOptions options = AnswerFields.read(body, mostChoices);
        String content = content(body);
        String file = tagged(content, "current_file_content")
                .orElseThrow(() -> missing("<|current_file_content|>"))
                .replace(CURSOR, "");
        String region = tagged(file, "code_to_edit").orElseThrow(() -> missing("<|code_to_edit|>"));
        int start = file.indexOf("<|code_to_edit|>");
        int end = file.indexOf("<|/code_to_edit|>") + "<|/code_to_edit|>".length();
        String before = file.substring(0, start).replaceFirst("\\A\\n?" + PATH + ".*\\n", "");
        String snippets = tagged(content, "recently_viewed_code_snippets")
                .orElse("")
                .replaceAll(SNIPPET_PATH, "")
                .replaceAll("<\\|/?recently_viewed_code_snippet\\|>\\n?", "");
        // The line ends beside the region's tags belong to the tags.
        return new EditBody(
                options,
                (snippets.isBlank() ? "" : snippets) + before,
                inner(region),
                "\n" + file.substring(end).replaceFirst("\\A\\n", ""));
    }

    /** The text of the last user message. */
    private static String content(Fields body) {
        Optional<String> content = Optional.empty();
        for (Fields message : body.objects("messages")) {
            if (message.text("role").orElse("").equals("user")) {
                JsonNode node = message.node("content");
                content = node.isTextual() ? message.text("content") : Optional.empty();
            }
        }
        return content.orElseThrow(
                () -> Problem.wrong("messages", "messages must hold a user message whose content is a string"));
    }

    private static Optional<String> tagged(String text, String tag) {
        String open = "<|" + tag + "|>";
        int start = text.indexOf(open);
        int end = text.indexOf("<|/" + tag + "|>", Math.max(start, 0));
        return start < 0 || end < 0 ? Optional.empty() : Optional.of(text.substring(start + open.length(), end));
    }

    private static String inner(String region) {
        String text = region.startsWith("\n") ? region.substring(1) : region;
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private static Problem missing(String tag) {
        return Problem.wrong(
                "messages", "the message has no " + tag + " with its end: send the file and the region to edit");
    }
}
