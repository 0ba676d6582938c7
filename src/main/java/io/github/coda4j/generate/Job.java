package io.github.coda4j.generate;

import io.github.coda4j.Closing;
import io.github.coda4j.decode.BlockChoice;
import io.github.coda4j.decode.Commit;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.KeptBlocks;
import io.github.coda4j.decode.StepCosts;
import io.github.coda4j.decode.StepResult;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One request in the engine, from submission to its answer. All but {@link #cancel} and {@link #completion} belongs to
 * the engine's thread; the listener is told, and the answer given out, on the thread of an {@link EventQueue}.
 */
final class Job implements Generation {
    // With a block length that is still to be chosen until it starts.
    private GenerateRequest request;
    private final int maskId;
    private final Optional<Tokenizer> tokenizer;
    private final Optional<ParseJudge> judge;
    private final BlockFinder blocks;
    private final KeptBlocks kept;
    private final List<Integer> ceilings;
    // With the holes at their ceilings until the lengths of open ones are found.
    private PromptLayout layout;
    private Canvas canvas;
    private List<HoleStream> streams;
    private final CostMeter meter;
    private final Runnable release;
    private final Runnable wake;
    private final EventQueue events;
    private final AnswerReader reader = this::streams;
    private final CompletableFuture<Completion> completion = new CompletableFuture<>();
    private volatile boolean cancelled;
    private volatile Optional<Throwable> listenerFailure = Optional.empty();
    private Optional<HoleSearch> search = Optional.empty();
    private boolean searching;
    private Optional<DecodeSession> session = Optional.empty();
    private int searchForwards;
    private boolean ended;
    private Optional<BlockChoice> choice = Optional.empty();

    /**
     * A request that waits.
     *
     * @param judge prefers answers to open holes; empty: none is preferred
     * @param blocks says where blocks end, if the request wants it
     * @param kept blocks of requests before this one, and then those of this one
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
            Optional<ParseJudge> judge,
            BlockFinder blocks,
            KeptBlocks kept,
            LongSupplier nanos,
            Executor threads,
            Runnable release,
            Runnable wake) {
        this.request = request;
        this.layout = layout;
        this.maskId = maskId;
        this.tokenizer = tokenizer;
        this.judge = judge;
        this.blocks = blocks;
        this.kept = kept;
        this.ceilings = layout.holes().stream().map(Block::length).toList();
        this.canvas = new Canvas(layout.ids(), maskId);
        this.streams = reader.read(layout);
        this.meter = new CostMeter(nanos);
        this.release = release;
        this.wake = wake;
        this.events = new EventQueue(listener, threads, wake, this::listenerFailed);
    }

    private List<HoleStream> streams(PromptLayout of, List<Integer> holes) {
        StopStrings stopStrings = new StopStrings(request.stopStrings());
        return IntStream.range(0, holes.size())
                .mapToObj(i -> new HoleStream(
                        of.holes().get(i),
                        of.hidden().get(i),
                        // Shorter than its ceiling: it has the length that was found for it.
                        of.holes().get(i).length() < ceilings.get(holes.get(i))
                                ? FinishReason.STOP
                                : FinishReason.LENGTH,
                        request.decode().endTokens(),
                        request.decode().holePad(),
                        stopStrings,
                        rule(holes.get(i)),
                        tokenizer))
                .toList();
    }

    /** Names are compared where answers are judged by a grammar. */
    private Optional<DocumentNames> names() {
        return judge.filter(ParseJudge::knowsGrammar)
                .flatMap(own -> tokenizer.map(encoder -> new DocumentNames(own.pieces(), encoder)));
    }

    private EndRule rule(int hole) {
        return switch (request.until()) {
            case LENGTH -> EndRule.NONE;
            case LINE -> EndRule.LINE;
            case BLOCK -> new BlockEnd(answer -> blocks.end(hole, answer));
        };
    }

    private void listenerFailed(Throwable cause) {
        listenerFailure = Optional.of(cause);
        wake.run();
    }

    @Override
    public CompletableFuture<Completion> completion() {
        return EndingFuture.of(completion, this::cancel);
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

    /**
     * Opens the session, or the search for the lengths of its holes.
     *
     * @param costs what forwards take, measured when somebody wants to know
     */
    void start(Denoiser denoiser, Supplier<StepCosts> costs) {
        guarded(() -> {
            meter.start();
            if (request.decode().autoBlocks()) {
                BlockChoice chosen = BlockChoice.of(layout.shape(), request.decode(), denoiser, costs.get());
                choice = Optional.of(chosen);
                request = request.withDecode(chosen.options());
            }
            if (request.searches() && request.prompt() instanceof Prompt.Text(Document document, WindowOptions _)) {
                searching = true;
                SearchSetup setup = new SearchSetup(
                        request.decode(), request.lengths(), new AnswerChoice(judge), names(), reader, denoiser);
                search = Optional.of(new HoleSearch(layout, document.holes(), setup));
                return;
            }
            DecodeSession opened = DecodeSession.open(canvas, request.decode(), denoiser, kept);
            session = Optional.of(opened);
            finishIfDone(opened);
        });
    }

    /**
     * The forwards that it needs next, at least one.
     *
     * @param room the most tokens of them together; one is given whatever its length
     */
    List<ForwardPlan> plans(long room) {
        return searching
                ? search.orElseThrow().plans(room)
                : List.of(session.orElseThrow().plan());
    }

    /** Takes the answers to the plans: commits, events, and the completion when nothing is left to do. */
    void apply(List<Proposals> answers) {
        guarded(() -> {
            if (searching) {
                HoleSearch found = search.orElseThrow();
                found.apply(answers);
                if (found.done()) {
                    settle(found.take());
                }
                return;
            }
            DecodeSession open = session.orElseThrow();
            int[] shown = events.isHeard() ? canvas.ids() : new int[0];
            tell(open.apply(answers.getFirst()), shown);
            giveUp(open);
            finishIfDone(open);
        });
    }

    /** Nothing is run for what lies behind the answers that have ended. */
    private void giveUp(DecodeSession open) {
        for (HoleStream stream : streams) {
            stream.unwanted(canvas, open.settledEnd()).ifPresent(range -> {
                int[] shown = canvas.ids();
                tell(open.giveUp(range), shown);
            });
        }
    }

    private int numPads(List<StepResult> steps) {
        OptionalInt pad = request.decode().holePad();
        return (int) steps.stream()
                .flatMap(step -> step.commits().stream())
                .filter(commit -> pad.equals(OptionalInt.of(commit.token())))
                .count();
    }

    /** Goes on with what the search found. */
    private void settle(Trial trial) {
        takeOver(trial);
        finishIfDone(trial.session());
    }

    /** Makes a trial's work that of this request, and tells what was done of it. */
    private void takeOver(Trial trial) {
        searching = false;
        searchForwards = search.orElseThrow().forwards() - trial.session().forwards();
        layout = trial.layout();
        canvas = trial.canvas();
        streams = reader.read(layout);
        session = Optional.of(trial.session());
        search.orElseThrow().close();
        tell(trial.steps(), layout.ids().clone());
    }

    /**
     * Tells what steps did.
     *
     * @param shown the sequence before them, which becomes the one after them
     */
    private void tell(List<StepResult> steps, int[] shown) {
        meter.countCommits(steps.stream()
                .mapToInt(step -> step.commits().size() - step.revoked().size())
                .sum());
        meter.countPads(numPads(steps));
        if (events.isHeard()) {
            steps.forEach(step -> events.step(event(step, shown, maskId)));
        }
        int settledEnd = session.orElseThrow().settledEnd();
        for (int hole = 0; hole < streams.size(); hole++) {
            show(hole, streams.get(hole).advance(canvas, settledEnd));
        }
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
            if (searching) {
                searchForwards = search.orElseThrow().forwards();
                if (reason == FinishReason.DEADLINE) {
                    search.orElseThrow().takeDecoded().ifPresent(this::takeOver);
                }
            }
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
            closeWork();
        } catch (Throwable t) {
            cause.addSuppressed(t);
        }
        release.run();
        events.last(() -> completion.completeExceptionally(cause));
    }

    private void closeWork() {
        Closing.all(Stream.concat(search.stream(), session.stream()).toList());
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
                        newTokens)
                .withLengths(
                        searchForwards, search.map(HoleSearch::lengthsTried).orElse(0))
                .withCached(session.map(DecodeSession::reused).orElse(0))
                .withChosenBlock(choice);
        List<Integer> ids = Arrays.stream(canvas.ids()).boxed().toList();
        List<String> notes = Stream.concat(
                        choice.map(BlockChoice::toString).stream(), search.flatMap(HoleSearch::note).stream())
                .toList();
        Completion answer = new Completion(answers, ids, overall(reason, answers), cost, notes);
        session.ifPresent(open -> open.leave(kept));
        closeWork();
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
    private static StepEvent event(StepResult step, int[] shown, int maskId) {
        List<CommitEvent> commits = new ArrayList<>();
        for (Commit commit : step.commits()) {
            shown[commit.position()] = commit.token();
            commits.add(new CommitEvent(
                    commit.step(),
                    commit.position(),
                    commit.token(),
                    commit.confidence(),
                    commit.probability(),
                    commit.logprobs()));
        }
        step.revoked().forEach(position -> shown[position] = maskId);
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
