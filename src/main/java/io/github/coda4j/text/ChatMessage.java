package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One message of a conversation.
 *
 * @param role system, user, assistant or tool; {@link #LEFT_OUT} for comparisons with the original
 * @param content the text; absent counts as empty
 * @param reasoningContent what an assistant thought before it answered, apart from the content
 * @param toolCalls the calls an assistant made; only for the role assistant
 */
public record ChatMessage(
        String role, Optional<String> content, Optional<String> reasoningContent, List<ToolCall> toolCalls) {
    /** Who can speak. */
    public static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    /**
     * The role of a message that the template leaves out, as the original's does with those of any role that it does
     * not know.
     */
    public static final String LEFT_OUT = "left out";

    public ChatMessage {
        check(
                ROLES.contains(role) || role.equals(LEFT_OUT),
                "a chat message has the role system, user, assistant or tool, got \"%s\"",
                role);
        toolCalls = List.copyOf(toolCalls);
    }

    /** What the model is told before the chat. */
    public static ChatMessage system(String content) {
        return plain("system", content);
    }

    /** What a person says. */
    public static ChatMessage user(String content) {
        return plain("user", content);
    }

    /** What the model has said. */
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
