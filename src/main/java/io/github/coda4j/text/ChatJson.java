package io.github.coda4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads chat requests and conversations from JSON, for the command line, for training data and for servers alike.
 * Everything wrong is a {@link ChatProblem}.
 */
public final class ChatJson {
    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("messages", "tools", "add_generation_prompt", "enable_thinking"));
    private static final String REQUEST = "the chat request";

    private ChatJson() {}

    /** JSON as models saw it in their prompts: as Python's {@code json.dumps(value, ensure_ascii=False)} writes it. */
    public static String asPython(JsonNode value) {
        return PythonJson.write(value);
    }

    static ChatRequest parse(String json, MessageReading reading) {
        JsonNode request = tree(json, REQUEST);
        if (!request.isObject()) {
            throw form("the chat request must be a JSON object with the key 'messages'");
        }
        request.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw form("the chat request has the unknown key '%s'; known are %s", key, KEYS);
            }
        });
        return conversation(
                request.path("messages"),
                request.path("tools"),
                flag(request, "add_generation_prompt").orElse(false),
                flag(request, "enable_thinking"),
                reading);
    }

    /**
     * A conversation to learn from.
     *
     * @param messages a list of messages, or JSON text with one
     * @param tools a list of descriptions, or JSON text with one; missing, null or empty without tools
     * @throws ChatProblem when a part of it would be lost
     */
    public static ChatRequest conversation(JsonNode messages, JsonNode tools) {
        return conversation(messages, tools, false, Optional.empty(), MessageReading.WHOLE);
    }

    private static ChatRequest conversation(
            JsonNode messages,
            JsonNode tools,
            boolean addGenerationPrompt,
            Optional<Boolean> enableThinking,
            MessageReading reading) {
        MessageReader reader = new MessageReader(reading, REQUEST);
        List<ChatMessage> read = new ArrayList<>();
        for (JsonNode message : list(messages, "'messages' of " + REQUEST, reading)) {
            try {
                read.add(reader.message(message, read.size()));
            } catch (ChatProblem e) {
                throw e.in("messages[" + read.size() + "]");
            }
        }
        List<String> descriptions = new ArrayList<>();
        for (JsonNode tool : list(tools, "'tools' of " + REQUEST, reading)) {
            descriptions.add(reader.tool(tool, descriptions.size()));
        }
        try {
            return new ChatRequest(read, descriptions, addGenerationPrompt, enableThinking);
        } catch (IllegalArgumentException e) {
            throw new ChatProblem(ChatProblem.Part.FORM, e.getMessage(), e);
        }
    }

    /**
     * The text of a value: a string, or strings and text parts of a list, one on a line; empty when it is missing or
     * null.
     *
     * @param where names it in messages
     * @throws ChatProblem when it holds anything else
     */
    public static Optional<String> text(JsonNode value, String where) {
        return MessageReader.text(value, where);
    }

    static JsonNode list(JsonNode node, String where, MessageReading reading) {
        JsonNode list = node;
        if (reading == MessageReading.WHOLE && node.isTextual()) {
            list = node.textValue().isBlank() ? MissingNode.getInstance() : tree(node.textValue(), where);
        }
        if (list.isMissingNode() || list.isNull()) {
            return JsonNodeFactory.instance.arrayNode();
        }
        if (!list.isArray()) {
            throw form("%s must be a list, got %s", where, Json.shown(list));
        }
        return list;
    }

    static JsonNode tree(String json, String where) {
        try {
            return Json.parse(json, where);
        } catch (CodaException e) {
            throw new ChatProblem(ChatProblem.Part.FORM, e.getMessage(), e);
        }
    }

    private static Optional<Boolean> flag(JsonNode parent, String key) {
        JsonNode node = parent.path(key);
        if (!node.isBoolean() && !node.isNull() && !node.isMissingNode()) {
            throw form("'%s' of the chat request must be true or false, got %s", key, Json.shown(node));
        }
        return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
    }

    /** A list that is there, or JSON text with one; an empty one when it is missing, null or empty text. */
    public static JsonNode list(JsonNode node, String where) {
        return list(node, where, MessageReading.WHOLE);
    }

    /** The problem of a conversation of a form that is not read. */
    public static ChatProblem problem(String what) {
        return new ChatProblem(ChatProblem.Part.FORM, what);
    }

    static ChatProblem form(String format, Object... arguments) {
        return new ChatProblem(ChatProblem.Part.FORM, String.format(Locale.ROOT, format, arguments));
    }
}
