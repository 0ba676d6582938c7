package io.github.coda4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.coda4j.text.ChatJson;
import io.github.coda4j.text.ChatProblem;
import io.github.coda4j.text.ChatRequest;
import java.util.Optional;

/**
 * Conversations in rows: {@code {"messages": [{"role", "content"}, ...], "tools": [...], "system"}}, or
 * {@code {"instruction", "input", "output", "system", "history"}} (Alpaca; all but the instruction may be absent or
 * empty). Other fields do not count. A row of which a part would be lost is refused with the reason.
 */
final class InstructionRows implements Corpus.RowReading {
    private static final String MESSAGES = "messages";
    private static final String INSTRUCTION = "instruction";

    @Override
    public boolean isRow(JsonNode json) {
        return json.hasNonNull(MESSAGES) || json.hasNonNull(INSTRUCTION);
    }

    @Override
    public RawDocument read(String name, JsonNode row, long size) {
        return RawDocument.row(name, row, size);
    }

    @Override
    public String looksFor() {
        return "\"" + MESSAGES + "\" or \"" + INSTRUCTION + "\"";
    }

    /**
     * The conversation of a row.
     *
     * @throws ChatProblem when it is of neither form, or a part of it cannot be said
     */
    static ChatRequest parse(JsonNode row) {
        if (row.hasNonNull(MESSAGES)) {
            return messages(row);
        }
        if (row.hasNonNull(INSTRUCTION)) {
            return alpaca(row);
        }
        throw ChatJson.problem(
                "no field \"" + MESSAGES + "\" and no field \"" + INSTRUCTION + "\"" + RowFields.there(row));
    }

    private static ChatRequest messages(JsonNode row) {
        if (!row.path("functions").isEmpty() && row.path("tools").isEmpty()) {
            throw ChatJson.problem("it has \"functions\", which belong into \"tools\"");
        }
        JsonNode messages = ChatJson.list(row.get(MESSAGES), "\"" + MESSAGES + "\"");
        Optional<String> system =
                ChatJson.text(row.path("system"), "\"system\"").filter(text -> !text.isBlank());
        if (system.isPresent()) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            add(all, "system", system.get());
            messages.forEach(all::add);
            messages = all;
        }
        return ChatJson.conversation(messages, row.path("tools"));
    }

    private static ChatRequest alpaca(JsonNode row) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        ChatJson.text(row.path("system"), "\"system\"")
                .filter(text -> !text.isBlank())
                .ifPresent(text -> add(messages, "system", text));
        for (JsonNode exchange : ChatJson.list(row.path("history"), "\"history\"")) {
            if (exchange.size() != 2 || !exchange.isArray()) {
                throw ChatJson.problem("\"history\" must be a list of pairs of a question and an answer");
            }
            add(
                    messages,
                    "user",
                    ChatJson.text(exchange.get(0), "a question of \"history\"").orElse(""));
            add(
                    messages,
                    "assistant",
                    ChatJson.text(exchange.get(1), "an answer of \"history\"").orElse(""));
        }
        String instruction =
                ChatJson.text(row.get(INSTRUCTION), "\"" + INSTRUCTION + "\"").orElse("");
        String input = ChatJson.text(row.path("input"), "\"input\"").orElse("");
        add(messages, "user", instruction + (input.isBlank() ? "" : "\n\n" + input));
        add(
                messages,
                "assistant",
                ChatJson.text(row.path("output"), "\"output\"").orElse(""));
        return ChatJson.conversation(messages, MissingNode.getInstance());
    }

    private static void add(ArrayNode messages, String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }

    /** The fate of a row with such a problem. */
    static Fate fate(ChatProblem problem) {
        return switch (problem.kind()) {
            case ROLE -> Fate.UNKNOWN_ROLE;
            case CONTENT -> Fate.NO_TEXT;
            case FORM -> Fate.MALFORMED;
        };
    }
}
