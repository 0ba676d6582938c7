package io.github.coda4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.Cost;
import java.util.List;
import java.util.Objects;

/** LangChain4j's facts about an answer, and what it took. */
public final class CodaChatResponseMetadata extends ChatResponseMetadata {
    private final Cost cost;
    private final List<String> notes;

    private CodaChatResponseMetadata(Builder builder) {
        super(builder);
        this.cost = builder.cost;
        this.notes = builder.notes;
    }

    static CodaChatResponseMetadata of(String modelName, Completion completion) {
        return new Builder(completion.cost(), completion.notes())
                .modelName(modelName)
                .tokenUsage(Answers.usage(completion))
                .finishReason(Answers.reason(completion.finishReason()))
                .build();
    }

    /** Forward passes, commits, times. */
    public Cost cost() {
        return cost;
    }

    /** What could not be done as asked and why, a line each; mostly none. */
    public List<String> notes() {
        return notes;
    }

    @Override
    public ChatResponseMetadata.Builder<?> toBuilder() {
        return toBuilder(new Builder(cost, notes));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodaChatResponseMetadata that
                && super.equals(other)
                && cost.equals(that.cost)
                && notes.equals(that.notes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), cost, notes);
    }

    @Override
    public String toString() {
        return super.toString() + " " + cost + " " + notes;
    }

    private static final class Builder extends ChatResponseMetadata.Builder<Builder> {
        private final Cost cost;
        private final List<String> notes;

        Builder(Cost cost, List<String> notes) {
            this.cost = cost;
            this.notes = notes;
        }

        @Override
        public CodaChatResponseMetadata build() {
            return new CodaChatResponseMetadata(this);
        }
    }
}
