package io.github.coda4j.langchain4j;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.request.Parameter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What all models of this package are made of. Of two values for the same the later one counts; what is not said is as
 * the model's checkpoint says.
 *
 * @param <B> the builder itself
 */
public abstract sealed class CodaBuilder<B extends CodaBuilder<B>>
        permits CodaChatModelBuilder, CodaLanguageModelBuilder {
    final CodaChatRequestParameters.Builder parameters = CodaChatRequestParameters.builder();
    private Optional<Backend> backend = Optional.empty();
    private Optional<String> modelName = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();

    CodaBuilder() {}

    abstract B self();

    /**
     * The model that answers. It stays yours: any number of models of this package share it, none of them closes it,
     * and requests that are under way when you close it fail.
     */
    public B model(CodaModel model) {
        return backend(Backend.of(model));
    }

    B backend(Backend asked) {
        backend = Optional.of(asked);
        return self();
    }

    /** What responses call the model; by default its folder's own name. */
    public B modelName(String name) {
        modelName = Optional.of(name);
        return self();
    }

    /** 0 (the most probable token each time) or positive. */
    public B temperature(double value) {
        parameters.temperature(value);
        return self();
    }

    /** In (0, 1]; 1 keeps all tokens. */
    public B topP(double value) {
        parameters.topP(value);
        return self();
    }

    /** At least 0; 0 keeps all tokens. */
    public B topK(int value) {
        parameters.topK(value);
        return self();
    }

    /** The longest answer in tokens, at least 1; beyond some hundred let it grow ({@link Parameter#GROW}). */
    public B maxOutputTokens(int value) {
        parameters.maxOutputTokens(value);
        return self();
    }

    /** An answer ends before the first of these that it holds; none is empty. */
    public B stopSequences(List<String> values) {
        parameters.stopSequences(values);
        return self();
    }

    /**
     * A value of a parameter of decoding that LangChain4j has no name for.
     *
     * @param parameter such as {@link Parameter#STEPS}, {@link Parameter#SEED} or {@link Parameter#GROW}
     */
    public <T> B with(Parameter<T> parameter, T value) {
        parameters.with(parameter, value);
        return self();
    }

    /** The longest time of an answer, waiting included; a {@code TimeoutException} follows. By default no limit. */
    public B timeout(Duration longest) {
        check(longest.isPositive(), "the timeout must be positive, got %s", longest);
        timeout = Optional.of(longest);
        return self();
    }

    Asking asking() {
        check(backend.isPresent(), "no model is given: say model(CodaModel.open(folder))");
        String name = modelName.orElseGet(() -> backend.get().name());
        CodaChatRequestParameters named =
                CodaChatRequestParameters.builder().modelName(name).build();
        return new Asking(backend.get(), name, timeout, named.overrideWith(parameters.build()));
    }
}
