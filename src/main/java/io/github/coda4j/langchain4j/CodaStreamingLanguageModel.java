package io.github.coda4j.langchain4j;

import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.language.StreamingLanguageModel;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.Completion;

/**
 * LangChain4j's streaming language model over a {@link CodaModel} in the same process: continues a text as it is. The
 * handler hears what has become certain from the left, as in {@link CodaStreamingChatModel}; LangChain4j gives it
 * nothing to cancel with.
 */
public final class CodaStreamingLanguageModel implements StreamingLanguageModel {
    private final Asking asking;

    private CodaStreamingLanguageModel(Asking asking) {
        this.asking = asking;
    }

    /** One in the making, which needs a {@link CodaBuilder#model} at least. */
    public static CodaLanguageModelBuilder<CodaStreamingLanguageModel> builder() {
        return new CodaLanguageModelBuilder<>(CodaStreamingLanguageModel::new);
    }

    @Override
    public void generate(String prompt, StreamingResponseHandler<String> handler) {
        Streaming.start(asking, () -> asking.text(prompt), new Streaming.Receiver() {
            @Override
            public void piece(String text, StreamingHandle handle) {
                handler.onNext(text);
            }

            @Override
            public void whole(Completion completion) {
                handler.onComplete(Answers.text(completion));
            }

            @Override
            public void failed(Throwable cause) {
                handler.onError(cause);
            }
        });
    }
}
