package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/**
 * What a chat template renders.
 *
 * @param messages the conversation, at least one message; a system message at its start needs content
 * @param tools each tool's description as JSON text, put into the prompt as it stands
 * @param addGenerationPrompt whether the prompt ends with the start of the assistant's answer
 * @param enableThinking false puts an empty thought at the start of the answer, so that the model does not think aloud;
 *     true or absent leaves the choice to the model
 */
public record ChatRequest(
        List<ChatMessage> messages, List<String> tools, boolean addGenerationPrompt, Optional<Boolean> enableThinking) {
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        check(!messages.isEmpty(), "a chat request needs at least one message, got none");
        ChatMessage first = messages.getFirst();
        check(
                !first.role().equals("system") || first.content().isPresent(),
                "the system message at the start of a chat request needs text as its content, got none");
    }

    /** A request for an answer to the messages, without tools. */
    public static ChatRequest of(List<ChatMessage> messages) {
        return new ChatRequest(messages, List.of(), true, Optional.empty());
    }

    /** The same request with or without thinking aloud. */
    public ChatRequest withThinking(Optional<Boolean> enabled) {
        return new ChatRequest(messages, tools, addGenerationPrompt, enabled);
    }

    /**
     * Reads {@code {"messages", "tools", "add_generation_prompt", "enable_thinking"}}, all but the messages optional;
     * the generation prompt is added only when asked for. JSON of tools and arguments is written as the original's
     * template does: keys in their order, ", " and ": " between, numbers in their kind. Messages are read whole
     * ({@link MessageReading#WHOLE}).
     *
     * @throws ChatProblem when the text is not JSON, has an unknown key, describes no valid request, or a part of it
     *     would be lost
     */
    public static ChatRequest fromJson(String json) {
        return fromJson(json, MessageReading.WHOLE);
    }

    /** See {@link #fromJson(String)}. */
    public static ChatRequest fromJson(String json, MessageReading reading) {
        return ChatJson.parse(json, reading);
    }
}
