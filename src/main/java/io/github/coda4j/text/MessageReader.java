package io.github.coda4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.TextFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads one message or tool at a time; see {@link MessageReading}. */
final class MessageReader {
    /** The names that roles have in requests and in published data. */
    private static final Map<String, String> ROLES = roles();

    /** Types of parts whose "text" is what they say. */
    private static final Set<String> TEXT_PARTS = Set.of("text", "input_text", "output_text");

    /** What a message can say beside its content and the template cannot. */
    private static final List<String> UNSAYABLE = List.of("refusal", "audio", "image", "images", "video", "videos");

    private final MessageReading reading;
    private final String request;

    MessageReader(MessageReading reading, String request) {
        this.reading = reading;
        this.request = request;
    }

    private static Map<String, String> roles() {
        Map<String, String> roles = new LinkedHashMap<>();
        List.of("system", "developer").forEach(name -> roles.put(name, "system"));
        List.of("user", "human").forEach(name -> roles.put(name, "user"));
        List.of("assistant", "gpt", "model", "ai").forEach(name -> roles.put(name, "assistant"));
        List.of("tool", "function", "observation").forEach(name -> roles.put(name, "tool"));
        return roles;
    }

    ChatMessage message(JsonNode message, int index) {
        String where = "message " + index + " of " + request;
        JsonNode stated = message.path("role");
        if (!stated.isTextual() || stated.textValue().isBlank()) {
            throw new ChatProblem(ChatProblem.Part.ROLE, where + " needs a role: system, user, assistant or tool");
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : ChatJson.list(message.path("tool_calls"), "'tool_calls' of " + where, reading)) {
            calls.add(toolCall(call, "tool call " + calls.size() + " of " + where));
        }
        if (reading == MessageReading.ORIGINAL) {
            return new ChatMessage(
                    ChatMessage.ROLES.contains(stated.textValue()) ? stated.textValue() : ChatMessage.LEFT_OUT,
                    string(message, "content", where),
                    string(message, "reasoning_content", where),
                    calls);
        }
        String role = role(stated.textValue(), where);
        if (message.path("function_call").isObject()) {
            calls.add(toolCall(message.get("function_call"), "'function_call' of " + where));
        }
        refuseUnsayable(message, where);
        Optional<String> thought = text(message.path("reasoning_content"), "'reasoning_content' of " + where)
                .or(() -> text(message.path("reasoning"), "'reasoning' of " + where));
        if (!role.equals("assistant")
                && (thought.filter(said -> !said.isEmpty()).isPresent() || !calls.isEmpty())) {
            throw problem("%s is of the role %s, which neither thinks nor calls tools", where, role);
        }
        return new ChatMessage(role, content(message.path("content"), role, where), thought, calls);
    }

    private static String role(String stated, String where) {
        String role = ROLES.get(stated.strip().toLowerCase(Locale.ROOT));
        if (role == null) {
            throw new ChatProblem(
                    ChatProblem.Part.ROLE,
                    where + " has the unknown role " + Json.quoted(stated) + "; known are "
                            + String.join(", ", ROLES.keySet()));
        }
        return role;
    }

    private static void refuseUnsayable(JsonNode message, String where) {
        for (String key : UNSAYABLE) {
            JsonNode value = message.path(key);
            boolean empty = value.isMissingNode()
                    || value.isNull()
                    || value.isContainerNode() && value.isEmpty()
                    || value.isTextual() && value.textValue().isEmpty();
            if (!empty) {
                throw problem("%s has '%s' beside its content, which no prompt can say", where, key);
            }
        }
    }

    private static Optional<String> content(JsonNode content, String role, String where) {
        String of = "the content of " + where;
        boolean parts = content.isArray() && !content.isEmpty() && isText(content);
        if (role.equals("tool") && !content.isTextual() && !content.isNull() && !content.isMissingNode() && !parts) {
            return Optional.of(whole(PythonJson.write(content), of));
        }
        Optional<String> text = text(content, of);
        if (text.isEmpty() && !role.equals("assistant")) {
            throw problem("%s (%s) is missing", of, role);
        }
        return text;
    }

    private static boolean isText(JsonNode parts) {
        for (JsonNode part : parts) {
            if (!part.isTextual() && !isTextPart(part)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTextPart(JsonNode part) {
        return TEXT_PARTS.contains(part.path("type").asText("text"))
                && part.path("text").isTextual();
    }

    /** See {@link ChatJson#text}. */
    static Optional<String> text(JsonNode value, String where) {
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isTextual()) {
            return Optional.of(whole(value.textValue(), where));
        }
        if (!value.isArray()) {
            throw problem("%s is no text: %s", where, Json.shown(value));
        }
        if (!isText(value)) {
            throw problem("%s has a part that is no text: %s", where, Json.shown(value));
        }
        List<String> lines = new ArrayList<>();
        value.forEach(part ->
                lines.add(part.isTextual() ? part.textValue() : part.get("text").textValue()));
        return lines.isEmpty() ? Optional.empty() : Optional.of(whole(String.join("\n", lines), where));
    }

    private static Optional<String> string(JsonNode parent, String key, String where) {
        return Optional.ofNullable(parent.path(key).textValue()).map(text -> whole(text, "'" + key + "' of " + where));
    }

    private ToolCall toolCall(JsonNode call, String where) {
        JsonNode function = call.path("function").isEmpty() ? call : call.get("function");
        JsonNode name = function.path("name");
        JsonNode arguments = function.path("arguments");
        if (!name.isTextual() || arguments.isMissingNode()) {
            throw ChatJson.form("%s needs a name and arguments, got %s", where, Json.shown(call));
        }
        return new ToolCall(
                whole(name.textValue(), where),
                whole(arguments.isTextual() ? arguments.textValue() : PythonJson.write(arguments), where));
    }

    /** A tool's description as JSON text. */
    String tool(JsonNode tool, int index) {
        String where = "tool " + index + " of " + request;
        JsonNode described = tool;
        if (reading == MessageReading.WHOLE) {
            described = tool.isTextual() ? ChatJson.tree(tool.textValue(), where) : tool;
            if (!described.isObject()) {
                throw ChatJson.form("%s must be an object that describes it, got %s", where, Json.shown(tool));
            }
        }
        return whole(PythonJson.write(described), where);
    }

    /** Text whose surrogates are pairs: nothing else has an encoding. */
    private static String whole(String text, String where) {
        OptionalInt lone = TextFiles.loneSurrogate(text);
        if (lone.isPresent()) {
            throw problem(
                    "%s is no text: character %d is \\u%04x, half of a surrogate pair",
                    where, lone.getAsInt(), (int) text.charAt(lone.getAsInt()));
        }
        return text;
    }

    private static ChatProblem problem(String format, Object... arguments) {
        return new ChatProblem(ChatProblem.Part.CONTENT, String.format(Locale.ROOT, format, arguments));
    }
}
