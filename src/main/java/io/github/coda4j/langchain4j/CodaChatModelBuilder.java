package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A chat model in the making.
 *
 * @param <M> {@link CodaChatModel} or {@link CodaStreamingChatModel}
 */
public final class CodaChatModelBuilder<M> extends CodaBuilder<CodaChatModelBuilder<M>> {
    private final BiFunction<Asking, List<ChatModelListener>, M> made;
    private final List<ChatModelListener> listeners = new ArrayList<>();

    CodaChatModelBuilder(BiFunction<Asking, List<ChatModelListener>, M> made) {
        this.made = made;
    }

    @Override
    CodaChatModelBuilder<M> self() {
        return this;
    }

    /**
     * What counts where a request says nothing, in one piece.
     *
     * @throws UnsupportedFeatureException for parameters of another provider's class, which may say more than is known
     */
    public CodaChatModelBuilder<M> defaultRequestParameters(ChatRequestParameters values) {
        parameters.overrideWith(values);
        return this;
    }

    /** Who is told of each request, of its answer and of what went wrong; they are added to earlier ones. */
    public CodaChatModelBuilder<M> listeners(List<ChatModelListener> told) {
        listeners.addAll(told);
        return this;
    }

    /**
     * The model.
     *
     * @throws IllegalArgumentException when none is given
     * @throws UnsupportedFeatureException naming what it is to do in every request and cannot do
     */
    public M build() {
        Asking asking = asking();
        Refusals.check(asking.defaults(), asking.name());
        return made.apply(asking, List.copyOf(listeners));
    }
}
