package io.github.coda4j.generate;

import io.github.coda4j.decode.Commit;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.text.StreamingDetokenizer;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One request in the engine, from submission to its answer. All but {@link #cancel} and {@link #completion} belongs to
 * the engine's thread; the listener is told, and the answer given out, on the thread of an {@link EventQueue}.
 */
final class Job implements Generation {
    private final GenerateRequest request;
    private final PromptLayout layout;
    private final Canvas canvas;
    private final List<HoleStream> streams;
    private final CostMeter meter;
    private final Runnable release;
    private final Runnable wake;
    private final EventQueue events;
    private final CompletableFuture<Completion> completion = new CompletableFuture<>();
    private volatile boolean cancelled;
    private volatile Optional<Throwable> listenerFailure = Optional.empty();
    private Optional<DecodeSession> session = Optional.empty();
    private boolean ended;

    /**
     * A request that waits.
     *
     * @param threads where the listener is called
     * @param release called when the job has ended and freed its memory, before its answer is given out
     * @param wake called from any thread when a job that was not planned may have something to do
     */
    Job(
            GenerateRequest request,
            GenerationListener listener,
            PromptLayout layout,
            int maskId,
            Optional<Tokenizer> tokenizer,
            LongSupplier nanos,
            Executor threads,
            Runnable release,
            Runnable wake) {
        this.request = request;
        this.layout = layout;
        this.canvas = new Canvas(layout.ids(), maskId);
        StopStrings stopStrings = new StopStrings(request.stopStrings());
        this.streams = IntStream.range(0, layout.holes().size())
                .mapToObj(i -> new HoleStream(
                        layout.holes().get(i),
                        layout.hidden().get(i),
                        request.decode().endTokens(),
                        request.decode().holePad(),
                        stopStrings,
                        tokenizer.map(t -> new StreamingDetokenizer(t, true))))
                .toList();
        this.meter = new CostMeter(nanos);
        this.release = release;
        this.wake = wake;
        this.events = new EventQueue(listener, threads, wake, this::listenerFailed);
    }

    private void listenerFailed(Throwable cause) {
        listenerFailure = Optional.of(cause);
        wake.run();
    }

    @Override
    public CompletableFuture<Completion> completion() {
        CompletableFuture<Completion> copy = completion.copy();
        copy.whenComplete((_, _) -> {
            if (!completion.isDone()) {
                cancel();
            }
        });
        return copy;
    }

    @Override
    public void cancel() {
        cancelled = true;
        wake.run();
    }

    boolean ended() {
        return ended;
    }

    /** Whether its listener is so far behind that it should not be planned. */
    boolean isBehind() {
        return events.isBehind();
    }

    /** Whether {@link #checkCutOff} would end it. */
    boolean isCutOff() {
        return cancelled || listenerFailure.isPresent() || nanosLeft().orElse(Long.MAX_VALUE) <= 0;
    }

    /** Time to its deadline, if it has one; 0 or less when that has passed. */
    OptionalLong nanosLeft() {
        return request.deadline()
                .map(limit -> OptionalLong.of(limit.toNanos() - meter.nanosSinceSubmission()))
                .orElse(OptionalLong.empty());
    }

    /** Opens the session. */
    void start(Denoiser denoiser) {
        guarded(() -> {
            meter.start();
            DecodeSession opened = DecodeSession.open(canvas, request.decode(), denoiser);
            session = Optional.of(opened);
            finishIfDone(opened);
        });
    }

    ForwardPlan plan() {
        return session.orElseThrow().plan();
    }

    /** Takes the answer to the plan: commits, events, and the completion when nothing is left to do. */
    void apply(Proposals proposals) {
        guarded(() -> {
            DecodeSession open = session.orElseThrow();
            int[] shown = events.isHeard() ? canvas.ids() : new int[0];
            List<StepResult> steps = open.apply(proposals);
            meter.countCommits(
                    steps.stream().mapToInt(step -> step.commits().size()).sum());
            meter.countPads(numPads(steps));
            if (events.isHeard()) {
                steps.forEach(step -> events.step(event(step, shown)));
            }
            for (int hole = 0; hole < streams.size(); hole++) {
                show(hole, streams.get(hole).advance(canvas));
            }
            finishIfDone(open);
        });
    }

    private int numPads(List<StepResult> steps) {
        OptionalInt pad = request.decode().holePad();
        return (int) steps.stream()
                .flatMap(step -> step.commits().stream())
                .filter(commit -> pad.equals(OptionalInt.of(commit.token())))
                .count();
    }

    /** Ends the job if its listener failed, it was cancelled, or its deadline has passed. */
    void checkCutOff() {
        if (listenerFailure.isPresent()) {
            fail(listenerFailure.get());
        } else if (isCutOff()) {
            cutOff(cancelled ? FinishReason.CANCELLED : FinishReason.DEADLINE);
        }
    }

    /** Ends the job with what it has. */
    void cutOff(FinishReason reason) {
        if (ended) {
            return;
        }
        guarded(() -> {
            for (int hole = 0; hole < streams.size(); hole++) {
                show(hole, streams.get(hole).cutOff(reason));
            }
            finish(reason);
        });
    }

    void fail(Throwable cause) {
        if (ended) {
            return;
        }
        ended = true;
        try {
            session.ifPresent(DecodeSession::close);
        } catch (Throwable t) {
            cause.addSuppressed(t);
        }
        release.run();
        events.last(() -> completion.completeExceptionally(cause));
    }

    private void finishIfDone(DecodeSession open) {
        if (open.done()) {
            for (int hole = 0; hole < streams.size(); hole++) {
                show(hole, streams.get(hole).complete(canvas));
            }
        }
        if (streams.stream().allMatch(HoleStream::ended)) {
            finish(FinishReason.STOP);
        }
    }

    private void finish(FinishReason reason) {
        List<HoleAnswer> answers = streams.stream().map(HoleStream::answer).toList();
        int newTokens = streams.stream().mapToInt(HoleStream::numTokens).sum();
        Cost cost = meter.cost(
                session.map(DecodeSession::forwards).orElse(0),
                session.map(DecodeSession::cacheRefreshes).orElse(0),
                layout.promptTokens(),
                newTokens);
        List<Integer> ids = Arrays.stream(canvas.ids()).boxed().toList();
        Completion answer = new Completion(answers, ids, overall(reason, answers), cost);
        session.ifPresent(DecodeSession::close);
        ended = true;
        release.run();
        events.last(() ->
                listenerFailure.ifPresentOrElse(completion::completeExceptionally, () -> completion.complete(answer)));
    }

    private static FinishReason overall(FinishReason reason, List<HoleAnswer> answers) {
        if (reason == FinishReason.CANCELLED || reason == FinishReason.DEADLINE) {
            return reason;
        }
        return FinishReason.overall(answers);
    }

    private void show(int hole, String text) {
        if (!text.isEmpty()) {
            events.text(hole, text);
        }
    }

    /** The event of a step; {@code shown} is the sequence before it and becomes the one after it. */
    private static StepEvent event(StepResult step, int[] shown) {
        List<CommitEvent> commits = new ArrayList<>();
        for (Commit commit : step.commits()) {
            shown[commit.position()] = commit.token();
            commits.add(new CommitEvent(
                    commit.step(), commit.position(), commit.token(), commit.confidence(), commit.probability()));
        }
        return new StepEvent(step.step(), commits, shown.clone());
    }

    /** Whatever goes wrong in here ends this job and no other. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable t) {
            fail(t);
        }
    }
}
