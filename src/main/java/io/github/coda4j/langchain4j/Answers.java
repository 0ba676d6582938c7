package io.github.coda4j.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.FinishReason;
import java.util.Map;

/** Answers as LangChain4j has them. */
final class Answers {
    private Answers() {}

    static ChatResponse chat(String modelName, Completion completion) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(completion.text()))
                .metadata(CodaChatResponseMetadata.of(modelName, completion))
                .build();
    }

    static Response<String> text(Completion completion) {
        return Response.from(
                completion.text(),
                usage(completion),
                reason(completion.finishReason()),
                Map.copyOf(completion.cost().figures()));
    }

    static TokenUsage usage(Completion completion) {
        return new TokenUsage(
                completion.cost().promptTokens(), completion.cost().newTokens());
    }

    /** Of an answer that is whole. */
    static dev.langchain4j.model.output.FinishReason reason(FinishReason reason) {
        return switch (reason) {
            case STOP, STOP_STRING, UNTIL -> dev.langchain4j.model.output.FinishReason.STOP;
            case LENGTH -> dev.langchain4j.model.output.FinishReason.LENGTH;
            case CANCELLED, DEADLINE -> dev.langchain4j.model.output.FinishReason.OTHER;
        };
    }
}
