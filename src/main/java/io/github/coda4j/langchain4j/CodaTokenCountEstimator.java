package io.github.coda4j.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.text.ChatRequest;
import io.github.coda4j.text.ChatTemplate;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts tokens as the model's own tokenizer and chat template make them; nothing about it is estimated. */
public final class CodaTokenCountEstimator implements TokenCountEstimator {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;

    /**
     * Counts for a model, also when it is closed.
     *
     * @throws io.github.coda4j.CodaException when its checkpoint was trained on chats of another family
     */
    public CodaTokenCountEstimator(CodaModel model) {
        this(model.tokenizer(), model.chatTemplate());
    }

    CodaTokenCountEstimator(Tokenizer tokenizer, ChatTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    @Override
    public int estimateTokenCountInText(String text) {
        return tokenizer.encodeOrdinary(text).length;
    }

    /** What a message adds to a chat: its text, who says it, and where it begins and ends. */
    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        return count(List.of(message), false);
    }

    /** What a model reads when it is asked for an answer to the messages; 0 without any. */
    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
        List<ChatMessage> all = new ArrayList<>();
        messages.forEach(all::add);
        return all.isEmpty() ? 0 : count(all, true);
    }

    private int count(List<ChatMessage> messages, boolean answer) {
        ChatRequest chat =
                new ChatRequest(messages.stream().map(Messages::message).toList(), List.of(), answer, Optional.empty());
        MarkedText prompt = template.mark(chat);
        return tokenizer.encode(prompt).length;
    }
}
