package io.github.coda4j.langchain4j;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.request.Parameter;
import java.util.function.Function;

/**
 * A language model in the making.
 *
 * @param <M> {@link CodaLanguageModel} or {@link CodaStreamingLanguageModel}
 */
public final class CodaLanguageModelBuilder<M> extends CodaBuilder<CodaLanguageModelBuilder<M>> {
    private final Function<Asking, M> made;

    CodaLanguageModelBuilder(Function<Asking, M> made) {
        this.made = made;
    }

    @Override
    CodaLanguageModelBuilder<M> self() {
        return this;
    }

    /**
     * The model.
     *
     * @throws IllegalArgumentException when none is given, or a parameter is one of chats
     */
    public M build() {
        Asking asking = asking();
        check(
                !asking.defaults().decoding().containsKey(Parameter.THINKING),
                "thinking is about chats and has no effect on a text that is continued: leave it out");
        return made.apply(asking);
    }
}
