package io.github.coda4j.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Conversations in the rows of JSONL files: {@code {"messages": [{"role", "content"}, ...], "tools": [...]}}, or
 * {@code {"instruction", "input", "output"}} (Alpaca; input may be absent or empty). Other fields do not count.
 */
final class InstructionRows {
    private static final JsonMapper JSON = new JsonMapper();

    private InstructionRows() {}

    /** The conversation of a row; empty when it is of neither form. */
    static Optional<ChatRequest> parse(byte[] row) {
        try {
            JsonNode json = JSON.readTree(row);
            if (json.path("messages").isArray()) {
                return Optional.of(messages(json));
            }
            return json.path("instruction").isTextual() ? alpaca(json) : Optional.empty();
        } catch (JsonProcessingException | CodaException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
    }

    private static ChatRequest messages(JsonNode row) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.set("messages", row.get("messages"));
        if (row.path("tools").isArray()) {
            request.set("tools", row.get("tools"));
        }
        return ChatRequest.fromJson(request.toString());
    }

    private static Optional<ChatRequest> alpaca(JsonNode row) {
        String input = row.path("input").asText("");
        JsonNode output = row.path("output");
        if (!output.isTextual() && !output.isMissingNode() && !output.isNull()) {
            return Optional.empty();
        }
        String question = row.get("instruction").textValue() + (input.isBlank() ? "" : "\n\n" + input);
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(ChatMessage.user(question));
        messages.add(ChatMessage.assistant(output.asText("")));
        return Optional.of(ChatRequest.of(messages));
    }
}
