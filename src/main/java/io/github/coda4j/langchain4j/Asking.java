package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How the four models ask: LangChain4j's requests become ours, and what goes wrong becomes its exceptions.
 *
 * @param name what responses call the model
 * @param timeout the longest time of an answer, waiting included; empty: no limit
 * @param defaults what counts where a request does not say it
 */
record Asking(Backend backend, String name, Optional<Duration> timeout, CodaChatRequestParameters defaults) {
    /**
     * A request for an answer to a chat, with parameters behind which the defaults stand already.
     *
     * @throws UnsupportedFeatureException naming what cannot be done
     */
    GenerateRequest chat(ChatRequest request) {
        CodaChatRequestParameters parameters = CodaChatRequestParameters.EMPTY.overrideWith(request.parameters());
        Refusals.check(parameters, name);
        return timed(() -> backend.request(Messages.chat(request.messages()), parameters.given()));
    }

    /** A request to continue a text. */
    GenerateRequest text(String prompt) {
        return timed(() -> backend.request(prompt, defaults.given()));
    }

    private GenerateRequest timed(Supplier<GenerateRequest> made) {
        GenerateRequest request = begun(made);
        return timeout.map(request::withDeadline).orElse(request);
    }

    /** Asks and waits; an interrupt ends the request. */
    Completion answer(GenerateRequest request) {
        Generation generation = submit(request, GenerationListener.NONE);
        Completion completion;
        try {
            completion = generation.await();
        } catch (InterruptedException e) {
            throw Failures.ofInterrupt(e);
        } catch (RuntimeException e) {
            throw Failures.ofAnswer(e);
        }
        failure(completion).ifPresent(problem -> {
            throw problem;
        });
        return completion;
    }

    Generation submit(GenerateRequest request, GenerationListener listener) {
        return begun(() -> backend.submit(request, listener));
    }

    /** Why what came out is no answer, if it is none. */
    Optional<RuntimeException> failure(Completion completion) {
        return Failures.ofCompletion(completion, timeout);
    }

    private static <T> T begun(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw Failures.ofRequest(e);
        }
    }
}
