package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation.
 *
 * @param role system, user, assistant or tool; the template leaves out messages of any other role, as the original does
 * @param content the text; absent counts as empty
 * @param reasoningContent what an assistant thought before it answered, apart from the content
 * @param toolCalls the calls an assistant made; only for the role assistant
 */
public record ChatMessage(
        String role, Optional<String> content, Optional<String> reasoningContent, List<ToolCall> toolCalls) {
    public ChatMessage {
        check(!role.isEmpty(), "a chat message needs a role: system, user, assistant or tool");
        toolCalls = List.copyOf(toolCalls);
    }

    public static ChatMessage system(String content) {
        return plain("system", content);
    }

    public static ChatMessage user(String content) {
        return plain("user", content);
    }

    public static ChatMessage assistant(String content) {
        return plain("assistant", content);
    }

    /** The result of a tool call. */
    public static ChatMessage tool(String content) {
        return plain("tool", content);
    }

    private static ChatMessage plain(String role, String content) {
        return new ChatMessage(role, Optional.of(content), Optional.empty(), List.of());
    }
}
