package io.github.coda4j.generate;

import io.github.coda4j.decode.DecodeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A document that is too long, answered window after window: the answers of one are text to the next. To its caller it
 * is one request, with one deadline; it is cancelled and fails as a whole.
 */
final class WindowedGeneration implements Generation {
    private final GenerateRequest request;
    private final GenerationListener listener;
    private final DocumentWindows windows;
    private final WindowSteps steps;
    private final Queue queue;
    private final Runnable release;
    private final LongSupplier nanos;
    private final long submitted;
    private final CompletableFuture<Completion> completion = new CompletableFuture<>();
    private final List<HoleAnswer> answers = new ArrayList<>();
    private final List<Integer> ids = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private Optional<Cost> cost = Optional.empty();
    /** Steps of the windows before. */
    private int stepsBefore;

    private int stepsNow;
    private volatile boolean cancelled;
    private volatile Generation current;

    /** Where windows are run. */
    interface Queue {
        /**
         * A window's job, not yet queued.
         *
         * @param pieces the text of the whole document before, between and after the window's holes
         */
        Job prepare(
                GenerateRequest window,
                EncodedDocument encoded,
                Supplier<List<String>> pieces,
                GenerationListener listener);

        /** Takes in the first one, which may be refused like any request. */
        void addFirst(Job job);

        /** Queues one of the others; false when the engine has ended. */
        boolean addNext(Job job);
    }

    /** @param release called once when everything has ended, before the answer is given out */
    WindowedGeneration(
            GenerateRequest request,
            GenerationListener listener,
            DocumentWindows windows,
            Queue queue,
            Runnable release,
            LongSupplier nanos) {
        this.request = request;
        this.listener = listener;
        this.windows = windows;
        this.steps = WindowSteps.of(request);
        this.queue = queue;
        this.release = release;
        this.nanos = nanos;
        this.submitted = nanos.getAsLong();
    }

    /** Starts the first window; throws what a request is refused with. */
    void start() {
        queue.addFirst(prepare(List.of()));
    }

    private Job prepare(List<String> answersBefore) {
        Window window = windows.next(answersBefore);
        DecodeOptions decode = steps.of(window);
        WindowOptions how = ((Prompt.Text) request.prompt()).windows();
        GenerateRequest part = new GenerateRequest(
                new Prompt.Text(window.document(), how),
                decode,
                request.stopStrings(),
                remaining(),
                request.lengths(),
                request.until());
        Job job = queue.prepare(part, windows.encoded(), windows::pieces, listening(window));
        job.completion().whenComplete((answer, failure) -> take(answer, failure));
        current = job;
        if (cancelled) {
            job.cancel();
        }
        return job;
    }

    @Override
    public CompletableFuture<Completion> completion() {
        return EndingFuture.of(completion, this::cancel);
    }

    @Override
    public void cancel() {
        cancelled = true;
        Generation running = current;
        if (running != null) {
            running.cancel();
        }
    }

    private void take(Completion answer, Throwable failure) {
        if (failure != null) {
            fail(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
            return;
        }
        try {
            answers.addAll(answer.holes());
            ids.addAll(answer.ids());
            notes.addAll(answer.notes());
            Cost before = cost.orElse(new Cost(0, 0, 0, 0, 0, 0, 0, 0));
            cost = Optional.of(
                    before.plus(answer.cost(), windows.count(), windows.documentTokens(), windows.leftOutTokens()));
            stepsBefore += stepsNow;
            stepsNow = 0;
            boolean cutOff =
                    answer.finishReason() == FinishReason.CANCELLED || answer.finishReason() == FinishReason.DEADLINE;
            if (cutOff) {
                finish(answer.finishReason());
            } else if (!windows.hasNext()) {
                finish(FinishReason.overall(answers));
            } else if (cancelled) {
                finish(FinishReason.CANCELLED);
            } else if (late()) {
                finish(FinishReason.DEADLINE);
            } else if (!queue.addNext(prepare(answer.holeTexts()))) {
                finish(FinishReason.CANCELLED);
            }
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Ends with what there is: holes of windows that were not begun have no text. */
    private void finish(FinishReason reason) {
        int open = request.prompt() instanceof Prompt.Text(Document document, WindowOptions _)
                ? document.holes().size() - answers.size()
                : 0;
        answers.addAll(Collections.nCopies(open, new HoleAnswer("", List.of(), reason)));
        Completion answer = new Completion(answers, ids, reason, cost.orElseThrow(), List.copyOf(notes));
        release.run();
        completion.complete(answer);
    }

    private void fail(Throwable cause) {
        release.run();
        completion.completeExceptionally(cause);
    }

    private GenerationListener listening(Window window) {
        if (listener == GenerationListener.NONE) {
            return listener;
        }
        return new GenerationListener() {
            private boolean begun;

            @Override
            public void onStep(StepEvent event) {
                begin();
                stepsNow = Math.max(stepsNow, event.step() + 1);
                int shift = stepsBefore;
                listener.onStep(new StepEvent(
                        event.step() + shift,
                        event.commits().stream()
                                .map(commit -> commit.later(shift))
                                .toList(),
                        event.canvas()));
            }

            @Override
            public void onText(int hole, String text) {
                begin();
                listener.onText(hole + window.firstHole(), text);
            }

            private void begin() {
                if (!begun) {
                    begun = true;
                    listener.onWindow(window);
                }
            }
        };
    }

    private Optional<Duration> remaining() {
        return request.deadline().map(limit -> {
            Duration rest = limit.minusNanos(elapsed());
            return rest.isPositive() ? rest : Duration.ofNanos(1);
        });
    }

    private boolean late() {
        return request.deadline().filter(limit -> elapsed() >= limit.toNanos()).isPresent();
    }

    private long elapsed() {
        return nanos.getAsLong() - submitted;
    }
}
