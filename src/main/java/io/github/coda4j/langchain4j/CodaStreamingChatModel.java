package io.github.coda4j.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;
import java.util.List;

/**
 * LangChain4j's streaming chat model over a {@link CodaModel} in the same process. The model commits tokens in any
 * order; a partial response is what has become certain from the left, whole characters, never taken back. One thread of
 * the request's own calls the handler; a handler that takes its time holds up its own answer and no other.
 *
 * <p>{@code cancel()} of the handle that comes with each partial response ends the answer with the step that runs;
 * nothing is told after it. What cannot be done is thrown at once, as in {@link CodaChatModel}; everything else that
 * goes wrong is told to {@code onError}. What a handler throws is told to its {@code onError} and ends nothing.
 */
public final class CodaStreamingChatModel implements StreamingChatModel {
    private final Asking asking;
    private final List<ChatModelListener> listeners;

    private CodaStreamingChatModel(Asking asking, List<ChatModelListener> listeners) {
        this.asking = asking;
        this.listeners = listeners;
    }

    /** One in the making, which needs a {@link CodaBuilder#model} at least. */
    public static CodaChatModelBuilder<CodaStreamingChatModel> builder() {
        return new CodaChatModelBuilder<>(CodaStreamingChatModel::new);
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        Streaming.start(asking, () -> asking.chat(request), new Streaming.Receiver() {
            @Override
            public void piece(String text, StreamingHandle handle) {
                handler.onPartialResponse(new PartialResponse(text), new PartialResponseContext(handle));
            }

            @Override
            public void whole(Completion completion) {
                handler.onCompleteResponse(Answers.chat(asking.name(), completion));
            }

            @Override
            public void failed(Throwable cause) {
                handler.onError(cause);
            }
        });
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
