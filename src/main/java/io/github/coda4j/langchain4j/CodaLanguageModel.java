package io.github.coda4j.langchain4j;

import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.output.Response;
import io.github.coda4j.generate.CodaModel;

/**
 * LangChain4j's language model over a {@link CodaModel} in the same process: continues a text as it is. Of a text that
 * is longer than the model takes, it sees the end. Failures are those of {@link CodaChatModel}; the response's metadata
 * says what the answer took. Holes with text on both sides are {@link CodaModel#infill}'s.
 */
public final class CodaLanguageModel implements LanguageModel {
    private final Asking asking;

    private CodaLanguageModel(Asking asking) {
        this.asking = asking;
    }

    /** One in the making, which needs a {@link CodaBuilder#model} at least. */
    public static CodaLanguageModelBuilder<CodaLanguageModel> builder() {
        return new CodaLanguageModelBuilder<>(CodaLanguageModel::new);
    }

    @Override
    public Response<String> generate(String prompt) {
        return Answers.text(asking.answer(asking.text(prompt)));
    }
}
