package io.github.coda4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads chat requests from JSON. */
final class ChatJson {
    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("messages", "tools", "add_generation_prompt", "enable_thinking"));

    private ChatJson() {}

    static ChatRequest parse(String json) {
        JsonNode request = JsonFiles.text(json, "the chat request");
        if (!request.isObject()) {
            throw new CodaException("the chat request must be a JSON object with the key 'messages'");
        }
        request.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw CodaException.of("the chat request has the unknown key '%s'; known are %s", key, KEYS);
            }
        });
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : array(request, "messages", "the chat request")) {
            messages.add(message(message, "message " + messages.size()));
        }
        List<String> tools = new ArrayList<>();
        array(request, "tools", "the chat request").forEach(tool -> tools.add(PythonJson.write(tool)));
        try {
            return new ChatRequest(
                    messages,
                    tools,
                    flag(request, "add_generation_prompt").orElse(false),
                    flag(request, "enable_thinking"));
        } catch (IllegalArgumentException e) {
            throw new CodaException(e.getMessage(), e);
        }
    }

    private static ChatMessage message(JsonNode message, String where) {
        String role = message.path("role").asText();
        if (!message.path("role").isTextual() || role.isEmpty()) {
            throw CodaException.of("%s of the chat request needs a role: system, user, assistant or tool", where);
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : array(message, "tool_calls", where)) {
            calls.add(toolCall(call, String.format(Locale.ROOT, "tool call %d of %s", calls.size(), where)));
        }
        return new ChatMessage(role, string(message, "content"), string(message, "reasoning_content"), calls);
    }

    private static ToolCall toolCall(JsonNode call, String where) {
        JsonNode function = call.path("function").isEmpty() ? call : call.get("function");
        JsonNode name = function.path("name");
        JsonNode arguments = function.path("arguments");
        if (!name.isTextual() || arguments.isMissingNode()) {
            throw CodaException.of("%s needs a name and arguments, got %s", where, call);
        }
        return new ToolCall(
                name.textValue(), arguments.isTextual() ? arguments.textValue() : PythonJson.write(arguments));
    }

    private static Optional<String> string(JsonNode parent, String key) {
        return Optional.ofNullable(parent.path(key).textValue());
    }

    private static JsonNode array(JsonNode parent, String key, String where) {
        JsonNode node = parent.path(key);
        if (!node.isArray() && !node.isNull() && !node.isMissingNode()) {
            throw CodaException.of("'%s' of %s must be a list, got %s", key, where, node);
        }
        return node;
    }

    private static Optional<Boolean> flag(JsonNode parent, String key) {
        JsonNode node = parent.path(key);
        if (!node.isBoolean() && !node.isNull() && !node.isMissingNode()) {
            throw CodaException.of("'%s' of the chat request must be true or false, got %s", key, node);
        }
        return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
    }
}
