package io.github.coda4j.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.coda4j.generate.CodaModel;
import java.util.List;

/**
 * LangChain4j's chat model over a {@link CodaModel} in the same process. Safe to use from several threads, whose
 * requests share forward passes; an interrupt of a waiting thread ends its request with the step that runs.
 *
 * <pre>{@code
 * try (CodaModel coda = CodaModel.open(folder)) {
 *     ChatModel chat = CodaChatModel.builder().model(coda).maxOutputTokens(256).build();
 *     String answer = chat.chat("Write a Java method that reverses a list.");
 * }
 * }</pre>
 *
 * <p>Failures are LangChain4j's: {@code UnsupportedFeatureException} names what the model cannot do (tools, JSON,
 * images, penalties), {@code InvalidRequestException} a wrong value or a prompt that is too long,
 * {@code RateLimitException} a full queue, {@code TimeoutException} the builder's timeout,
 * {@code NonRetriableException} a closed model or a checkpoint without chats, {@code InternalServerException} anything
 * else. A thought of the model is part of the text; {@code with(Parameter.THINKING, false)} asks for none.
 */
public final class CodaChatModel implements ChatModel {
    private final Asking asking;
    private final List<ChatModelListener> listeners;

    private CodaChatModel(Asking asking, List<ChatModelListener> listeners) {
        this.asking = asking;
        this.listeners = listeners;
    }

    /** One in the making, which needs a {@link CodaBuilder#model} at least. */
    public static CodaChatModelBuilder<CodaChatModel> builder() {
        return new CodaChatModelBuilder<>(CodaChatModel::new);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return Answers.chat(asking.name(), asking.answer(asking.chat(request)));
    }

    @Override
    public CodaChatRequestParameters defaultRequestParameters() {
        return asking.defaults();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }
}
