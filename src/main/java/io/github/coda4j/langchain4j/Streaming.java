package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer on its way to a handler: what is committed from its left is told piece by piece, all of it by the
 * request's own thread, until it is cancelled. What a handler throws is told to it as an error and ends nothing.
 */
final class Streaming implements GenerationListener, StreamingHandle {
    private static final Logger LOG = LoggerFactory.getLogger(Streaming.class);

    /** What a handler hears. */
    interface Receiver {
        void piece(String text, StreamingHandle handle);

        void whole(Completion completion);

        void failed(Throwable cause);
    }

    private final Asking asking;
    private final Receiver receiver;
    private final Thread caller = Thread.currentThread();
    private final CompletableFuture<Generation> generation = new CompletableFuture<>();
    private volatile boolean cancelled;

    private Streaming(Asking asking, Receiver receiver) {
        this.asking = asking;
        this.receiver = receiver;
    }

    /**
     * Asks and returns; what keeps the request from being asked is told as well.
     *
     * @throws UnsupportedFeatureException when it asks for what cannot be done
     */
    static void start(Asking asking, Supplier<GenerateRequest> request, Receiver receiver) {
        Streaming streaming = new Streaming(asking, receiver);
        Generation started;
        try {
            started = asking.submit(request.get(), streaming);
        } catch (UnsupportedFeatureException e) {
            throw e;
        } catch (RuntimeException e) {
            streaming.tellFailure(e);
            return;
        }
        started.completion().whenComplete(streaming::ended);
        streaming.generation.complete(started);
        if (streaming.cancelled) {
            started.cancel();
        }
    }

    /** Events wait until somebody waits for the answer, so that no other thread tells of its end. */
    private void awaitStart() {
        if (Thread.currentThread() != caller) {
            generation.join();
        }
    }

    @Override
    public void onStep(StepEvent event) {
        awaitStart();
    }

    @Override
    public void onText(int hole, String text) {
        awaitStart();
        if (!cancelled) {
            tell(() -> receiver.piece(text, this));
        }
    }

    private void ended(Completion completion, Throwable cause) {
        if (Thread.currentThread() == caller) {
            // It ended before its first step. Whoever asks is not kept by a handler.
            Thread.ofVirtual().start(() -> tellEnd(completion, cause));
        } else {
            tellEnd(completion, cause);
        }
    }

    private void tellEnd(Completion completion, Throwable cause) {
        if (cancelled) {
            return;
        }
        Optional<RuntimeException> problem =
                cause == null ? asking.failure(completion) : Optional.of(Failures.ofAnswer(cause));
        problem.ifPresentOrElse(this::tellFailure, () -> tell(() -> receiver.whole(completion)));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            tellFailure(thrown);
        }
    }

    private void tellFailure(Throwable cause) {
        try {
            receiver.failed(cause);
        } catch (RuntimeException thrown) {
            LOG.warn("a handler threw an exception when it was told of an error", thrown);
        }
    }

    /** Ends the answer with the step that runs; its handler hears nothing more, not even its end. */
    @Override
    public void cancel() {
        cancelled = true;
        if (generation.isDone()) {
            generation.join().cancel();
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
