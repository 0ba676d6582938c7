package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import io.github.coda4j.CodaException;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.EngineBusyException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** What goes wrong, as LangChain4j says it: whether asking again may help is in the type. */
final class Failures {
    private Failures() {}

    /** Of a request that was not begun. */
    static RuntimeException ofRequest(RuntimeException cause) {
        return switch (cause) {
            case LangChain4jException said -> said;
            case EngineBusyException busy -> new RateLimitException(busy.getMessage(), busy);
            case IllegalArgumentException wrong -> new InvalidRequestException(wrong.getMessage(), wrong);
            // The checkpoint's files, or a model that is closed: asking again changes neither.
            case CodaException data -> new NonRetriableException(data.getMessage(), data);
            case IllegalStateException closed -> new NonRetriableException(closed.getMessage(), closed);
            default -> new InternalServerException(cause.getMessage(), cause);
        };
    }

    /** Of a request that was under way, whatever broke it. */
    static RuntimeException ofAnswer(Throwable cause) {
        Throwable root = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        return root instanceof LangChain4jException said ? said : new InternalServerException(root.getMessage(), root);
    }

    /** Why what came out is no answer, if it is none. */
    static Optional<RuntimeException> ofCompletion(Completion completion, Optional<Duration> timeout) {
        return switch (completion.finishReason()) {
            case DEADLINE ->
                Optional.of(new TimeoutException("no whole answer within "
                        + timeout.map(Duration::toMillis).orElseThrow() + " ms: allow a longer timeout, or fewer "
                        + "tokens or steps"));
            case CANCELLED ->
                Optional.of(new NonRetriableException("the model was closed before the answer was there"));
            case STOP, STOP_STRING, UNTIL, LENGTH -> Optional.empty();
        };
    }

    static RuntimeException ofInterrupt(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new LangChain4jException("interrupted before the answer was there, which ends it", cause);
    }
}
