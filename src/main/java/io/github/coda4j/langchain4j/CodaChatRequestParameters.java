package io.github.coda4j.langchain4j;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a request says: LangChain4j's parameters, and those of decoding that it has no names for.
 *
 * <pre>{@code
 * CodaChatRequestParameters.builder()
 *         .maxOutputTokens(512)
 *         .with(Parameter.GROW, Growth.of("64"))
 *         .with(Parameter.ALG, "confidence_threshold")
 *         .build();
 * }</pre>
 *
 * <p>What is not said is as the model's checkpoint says. Of LangChain4j's own parameters these cannot be done and are
 * refused by name: {@code frequencyPenalty}, {@code presencePenalty}, {@code toolSpecifications}, {@code toolChoice}
 * REQUIRED, {@code responseFormat} JSON, and the {@code modelName} of another model.
 */
public final class CodaChatRequestParameters extends DefaultChatRequestParameters {
    /** Nothing said. */
    public static final CodaChatRequestParameters EMPTY = builder().build();

    /** What LangChain4j has names of its own for. */
    private static final Map<Parameter<?>, String> NAMES = Map.of(
            Parameter.TEMPERATURE, "temperature",
            Parameter.TOP_P, "topP",
            Parameter.TOP_K, "topK",
            Parameter.MAX_NEW_TOKENS, "maxOutputTokens",
            Parameter.STOP, "stopSequences");

    private final Map<Parameter<?>, Object> decoding;

    private CodaChatRequestParameters(Builder builder) {
        super(builder);
        this.decoding = Map.copyOf(builder.decoding);
    }

    /** Nothing said yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** What is said about decoding by {@link Builder#with}, the value of each parameter. */
    public Map<Parameter<?>, Object> decoding() {
        return decoding;
    }

    /**
     * The same, where those do not say otherwise.
     *
     * @throws UnsupportedFeatureException for parameters of another provider's class, which may say more than is known
     */
    @Override
    public CodaChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public CodaChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    /** All of it as a request of this project has it; messages say LangChain4j's names. */
    Given given() {
        Given given = Given.named(parameter -> NAMES.getOrDefault(parameter, parameter.javaName()));
        for (Map.Entry<Parameter<?>, Object> entry : decoding.entrySet()) {
            given = with(given, entry.getKey(), entry.getValue());
        }
        if (temperature() != null) {
            given = given.with(Parameter.TEMPERATURE, temperature());
        }
        if (topP() != null) {
            given = given.with(Parameter.TOP_P, topP());
        }
        if (topK() != null) {
            given = given.with(Parameter.TOP_K, topK());
        }
        if (maxOutputTokens() != null) {
            given = given.with(Parameter.MAX_NEW_TOKENS, maxOutputTokens());
        }
        return stopSequences().isEmpty() ? given : given.with(Parameter.STOP, stopSequences());
    }

    @SuppressWarnings("unchecked") // Builder.with() puts values of the parameter's type
    private static <T> Given with(Given given, Parameter<T> parameter, Object value) {
        return given.with(parameter, (T) value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodaChatRequestParameters that && super.equals(other) && decoding.equals(that.decoding);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), decoding);
    }

    @Override
    public String toString() {
        return super.toString() + " " + decoding;
    }

    /** Parameters in the making. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
        private final Map<Parameter<?>, Object> decoding = new LinkedHashMap<>();

        private Builder() {}

        /**
         * The same with this value; it replaces an earlier one.
         *
         * @param parameter one that LangChain4j has no name for, such as {@link Parameter#STEPS} or
         *     {@link Parameter#SEED}
         */
        public <T> Builder with(Parameter<T> parameter, T value) {
            check(
                    !NAMES.containsKey(parameter),
                    "%s has a name in LangChain4j: say %s(...) in place of with(...)",
                    parameter.name(),
                    NAMES.get(parameter));
            decoding.put(parameter, requireNonNull(value, parameter.name()));
            return this;
        }

        /**
         * The same with what those say; it replaces what was said.
         *
         * @throws UnsupportedFeatureException for parameters of another provider's class, which may say more than is
         *     known
         */
        @Override
        public Builder overrideWith(ChatRequestParameters that) {
            if (that instanceof CodaChatRequestParameters ours) {
                decoding.putAll(ours.decoding);
            } else if (that.getClass() != DefaultChatRequestParameters.class) {
                throw new UnsupportedFeatureException(
                        "parameters of " + that.getClass().getName()
                                + " are not supported: use ChatRequestParameters or CodaChatRequestParameters");
            }
            return super.overrideWith(that);
        }

        @Override
        public CodaChatRequestParameters build() {
            return new CodaChatRequestParameters(this);
        }
    }
}
