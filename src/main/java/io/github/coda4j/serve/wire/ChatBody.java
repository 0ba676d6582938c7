package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.text.ChatJson;
import io.github.coda4j.text.ChatProblem;
import io.github.coda4j.text.ChatRequest;
import java.util.List;
import java.util.Optional;

/** A request for an answer in a chat. */
public record ChatBody(AnswerOptions options, ChatRequest chat) {
    /** @param mostChoices the most answers */
    public static ChatBody read(Fields body, int mostChoices) {
        AnswerOptions options = AnswerFields.read(body, mostChoices);
        return new ChatBody(options, conversation(body).withThinking(options.thinking()));
    }

    /** The conversation alone, to be continued by the assistant. */
    public static ChatRequest conversation(Fields body) {
        if (body.list("messages").isEmpty()) {
            throw Problem.wrong("messages", "messages must hold at least one message");
        }
        try {
            ChatRequest read = ChatJson.conversation(withoutRefusals(body), MissingNode.getInstance());
            return new ChatRequest(read.messages(), List.of(), true, Optional.empty());
        } catch (ChatProblem e) {
            throw Problem.wrong(e.path().isEmpty() ? "messages" : e.path(), e.getMessage());
        }
    }

    /** What a model once refused is no part of what it said. */
    private static ArrayNode withoutRefusals(Fields body) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        for (JsonNode message : body.list("messages")) {
            JsonNode copy = message.deepCopy();
            if (copy instanceof ObjectNode object) {
                object.remove("refusal");
            }
            messages.add(copy);
        }
        return messages;
    }
}
