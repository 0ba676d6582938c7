package io.github.coda4j.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** LangChain4j's messages as the chat template has them. What no prompt can say is refused by name. */
final class Messages {
    private Messages() {}

    /** A request for an answer to the messages. */
    static ChatRequest chat(List<dev.langchain4j.data.message.ChatMessage> messages) {
        return ChatRequest.of(messages.stream().map(Messages::message).toList());
    }

    static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> ChatMessage.system(system.text());
            case UserMessage user -> user(user);
            case AiMessage answer -> answer(answer);
            case ToolExecutionResultMessage result -> ChatMessage.tool(text(result.contents()));
            default ->
                throw new UnsupportedFeatureException(
                        "messages of type " + message.type() + " are not supported: no prompt of the model has them");
        };
    }

    private static ChatMessage user(UserMessage user) {
        if (user.name() != null) {
            throw new UnsupportedFeatureException(
                    "the name of a user message is not supported: no prompt of the model says who speaks");
        }
        return ChatMessage.user(text(user.contents()));
    }

    private static ChatMessage answer(AiMessage answer) {
        if (!answer.images().isEmpty()) {
            throw unsupported("image");
        }
        List<ToolCall> calls = answer.toolExecutionRequests().stream()
                .map(call -> new ToolCall(call.name(), call.arguments()))
                .toList();
        return new ChatMessage(
                "assistant", Optional.ofNullable(answer.text()), Optional.ofNullable(answer.thinking()), calls);
    }

    /** Parts of a message are lines of it, as in the bodies that the server reads. */
    private static String text(List<Content> contents) {
        List<String> lines = new ArrayList<>();
        for (Content content : contents) {
            if (!(content instanceof TextContent text)) {
                throw unsupported(content.type().name().toLowerCase(Locale.ROOT));
            }
            lines.add(text.text());
        }
        return String.join("\n", lines);
    }

    private static UnsupportedFeatureException unsupported(String type) {
        return new UnsupportedFeatureException(
                "content of type " + type + " is not supported: the model reads text and nothing else");
    }
}
