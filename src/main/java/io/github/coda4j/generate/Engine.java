package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.decode.BlockChoice;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.KeptBlocks;
import io.github.coda4j.decode.StepCosts;
import io.github.coda4j.generate.request.Until;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.text.MaskToken;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers many requests with one model. A single thread owns the model and every session: it collects what the live
 * sessions plan, runs that as one packed forward pass, and hands each session its proposals. An answer does not depend
 * on what else is running.
 *
 * <p>When not all plans fit in one pass the sessions take turns, so that between two steps of a session every other one
 * makes at most one. A failing pass fails the requests that were in it; the engine goes on. The model stays open when
 * the engine is closed.
 *
 * <p>Listeners run on threads of their own, see {@link GenerationListener}: none of them can hold up another request.
 */
public final class Engine implements Generator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** How long a listener's thread waits for another request. */
    private static final long IDLE_SECONDS = 10;

    private final Denoiser denoiser;
    private final Optional<Tokenizer> tokenizer;
    private final EngineOptions options;
    private final LongSupplier nanos;
    private final Thread thread;
    /** One thread for each request that has something to tell. */
    private final ExecutorService listening;

    /** What requests to a block-causal model leave to those that begin alike; the engine thread's own. */
    private final KeptBlocks kept;

    /** What forwards take, when somebody has asked; the engine thread's own. */
    private Optional<StepCosts> costs = Optional.empty();

    /** Sessions in the order of their turns; the engine thread's own. */
    private final Deque<Job> live = new ArrayDeque<>();

    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled when a request is added, cancelled or may be planned again, or the engine is closed. */
    private final Condition changed = lock.newCondition();

    private final Deque<Job> waiting = new ArrayDeque<>();
    /** Requests waiting or live. */
    private int underWay;

    private boolean closed;
    /** Nothing that is put into the line is run any more. */
    private boolean ended;

    /**
     * Starts the engine.
     *
     * @throws CodaException if the tokenizer's vocabulary or mask is not the model's
     */
    public Engine(Denoiser denoiser, Tokenizer tokenizer, EngineOptions options) {
        this(denoiser, Optional.of(tokenizer), options, System::nanoTime);
    }

    Engine(Denoiser denoiser, Optional<Tokenizer> tokenizer, EngineOptions options, LongSupplier nanos) {
        this.denoiser = requireNonNull(denoiser, "denoiser is null");
        this.tokenizer = tokenizer;
        this.options = requireNonNull(options, "options is null");
        this.nanos = nanos;
        tokenizer.ifPresent(own -> checkFits(own, denoiser.vocabSize(), denoiser.maskId()));
        this.kept = new KeptBlocks(denoiser, options.keptBytes());
        this.listening = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("coda-listener-", 0).factory());
        this.thread = Thread.ofPlatform().daemon().name("coda-engine").start(this::run);
    }

    /** Starts an engine that takes prompts as ids only and answers with ids only. */
    public static Engine withoutTokenizer(Denoiser denoiser, EngineOptions options) {
        return new Engine(denoiser, Optional.empty(), options, System::nanoTime);
    }

    @Override
    public Generation submit(GenerateRequest request, GenerationListener listener) {
        requireNonNull(listener, "listener is null");
        if (request.prompt() instanceof Prompt.Text(Document document, WindowOptions how)) {
            DocumentWindows windows =
                    DocumentWindows.of(document, how, denoiser.maxPositions(), PromptLayout.need(tokenizer));
            if (!windows.whole()) {
                return submit(request, listener, windows);
            }
            windows.next(List.of());
            Optional<ParseJudge> judge = judge(request, how.grammar(), windows::pieces);
            BlockFinder blocks = new BlockFinder(how.grammar(), windows::pieces);
            return admit(job(request, windows.encoded(), judge, blocks, listener, this::release));
        }
        PromptLayout layout = PromptLayout.of(request.prompt(), denoiser.maskId(), denoiser.maxPositions(), tokenizer);
        BlockFinder blocks = new BlockFinder(Optional.empty(), () -> layout.pieces(PromptLayout.need(tokenizer)));
        return admit(job(request, layout, Optional.empty(), blocks, listener, this::release));
    }

    /** A document in several windows takes one place, from its first window to its last. */
    private Generation submit(GenerateRequest request, GenerationListener listener, DocumentWindows windows) {
        WindowedGeneration generation =
                new WindowedGeneration(request, listener, windows, new WindowQueue(), this::release, nanos);
        generation.start();
        return generation;
    }

    private static Optional<ParseJudge> judge(
            GenerateRequest request, Optional<Grammar> grammar, Supplier<List<String>> pieces) {
        boolean wanted = request.lengths().parses() && request.searches();
        return wanted ? Optional.of(new ParseJudge(grammar, pieces.get())) : Optional.empty();
    }

    private Job job(
            GenerateRequest request,
            EncodedDocument encoded,
            Optional<ParseJudge> judge,
            BlockFinder blocks,
            GenerationListener listener,
            Runnable release) {
        PromptLayout layout = PromptLayout.of(encoded, denoiser.maskId(), denoiser.maxPositions());
        return job(request, layout, judge, blocks, listener, release);
    }

    private Job job(
            GenerateRequest request,
            PromptLayout layout,
            Optional<ParseJudge> judge,
            BlockFinder blocks,
            GenerationListener listener,
            Runnable release) {
        checkRunnable(request, layout);
        return new Job(
                request,
                listener,
                layout,
                denoiser.maskId(),
                tokenizer,
                judge,
                blocks,
                kept,
                nanos,
                listening,
                release,
                this::wake);
    }

    /** Takes a new request in. */
    private Job admit(Job job) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            int most = options.maxSessions() + options.maxQueued();
            if (underWay >= most) {
                throw new EngineBusyException("the engine is busy: " + underWay
                        + " requests are under way, it takes at most " + most + " at a time; try again later");
            }
            underWay++;
            enqueue(job);
            return job;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a request that has its place into the line; false when the engine has ended. */
    private boolean enqueue(Job job) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            waiting.addLast(job);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Cancels what is under way, waits for the step that is running and ends the thread. Listeners that are behind hear
     * the rest after this has returned. A second call does nothing more. May be called from a listener.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread() != thread) {
            Closing.awaitEnd(thread);
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Consumer<Job> ending = job -> job.cutOff(FinishReason.CANCELLED);
        try {
            while (awaitWork()) {
                endCutOff();
                startWaiting();
                forward(nextTurn());
                live.removeIf(Job::ended);
            }
        } catch (Throwable t) {
            ending = job -> job.fail(t);
            throw t;
        } finally {
            close();
            takeLast().forEach(live::addLast);
            live.forEach(ending);
            live.clear();
            kept.close();
            listening.shutdown();
        }
    }

    /** Sleeps until there is something to run; false when the engine is closed. */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty() && live.stream().allMatch(Engine::hasNothingToDo)) {
                OptionalLong nanosLeft = live.stream()
                        .map(Job::nanosLeft)
                        .flatMapToLong(OptionalLong::stream)
                        .min();
                awaitChange(nanosLeft);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private static boolean hasNothingToDo(Job job) {
        return job.isBehind() && !job.isCutOff();
    }

    private void awaitChange(OptionalLong mostNanos) {
        if (mostNanos.isEmpty()) {
            changed.awaitUninterruptibly();
            return;
        }
        try {
            changed.awaitNanos(mostNanos.getAsLong());
        } catch (InterruptedException _) {
            return; // nobody has a reason to interrupt this thread; it looks again
        }
    }

    private void endCutOff() {
        live.forEach(Job::checkCutOff);
        live.removeIf(Job::ended);
        List<Job> queued = takeWaiting(Integer.MAX_VALUE);
        queued.forEach(Job::checkCutOff);
        queued.removeIf(Job::ended);
        lock.lock();
        try {
            queued.reversed().forEach(waiting::addFirst);
        } finally {
            lock.unlock();
        }
    }

    private void startWaiting() {
        for (Job job : takeWaiting(options.maxSessions() - live.size())) {
            job.start(denoiser, this::costs);
            if (!job.ended()) {
                live.addLast(job);
            }
        }
    }

    /** What forwards take; measured once, by the thread that owns the model. */
    private StepCosts costs() {
        StepCosts known = costs.orElseGet(() -> StepCosts.measure(denoiser, nanos));
        if (costs.isEmpty()) {
            LOG.info("what forwards take, for block length auto: {}", known);
            costs = Optional.of(known);
        }
        return known;
    }

    /** What a job runs in a pass. */
    private record Share(Job job, List<ForwardPlan> plans) {
        long tokens() {
            return plans.stream().mapToLong(plan -> plan.ids().length).sum();
        }
    }

    /**
     * Takes the sessions whose plans fit in one pass, at least one plan if any is live, and moves them to the end of
     * the line. One whose listener is behind is passed over, unless a request waits for its place.
     */
    private List<Share> nextTurn() {
        List<Share> turn = new ArrayList<>();
        boolean wanted = isAPlaceWanted();
        long room = options.maxPackedTokens();
        for (Job job : live) {
            if (job.isBehind() && !wanted) {
                continue;
            }
            Share share = new Share(job, job.plans(Math.max(0, room)));
            room -= share.tokens();
            if (!turn.isEmpty() && room < 0) {
                break;
            }
            turn.add(share);
        }
        turn.forEach(share -> {
            live.remove(share.job());
            live.addLast(share.job());
        });
        return turn;
    }

    private boolean isAPlaceWanted() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void forward(List<Share> turn) {
        if (turn.isEmpty()) {
            return;
        }
        List<ForwardPlan> plans =
                turn.stream().flatMap(share -> share.plans().stream()).toList();
        List<Proposals> answers;
        try {
            answers = denoiser.forward(plans);
            check(answers.size() == plans.size(), "the model answered %d of %d plans", answers.size(), plans.size());
        } catch (Throwable t) {
            turn.forEach(share -> share.job().fail(t));
            return;
        }
        int first = 0;
        for (Share share : turn) {
            int end = first + share.plans().size();
            share.job().apply(answers.subList(first, end));
            first = end;
        }
    }

    private List<Job> takeWaiting(int most) {
        List<Job> taken = new ArrayList<>();
        lock.lock();
        try {
            while (taken.size() < most && !waiting.isEmpty()) {
                taken.add(waiting.removeFirst());
            }
        } finally {
            lock.unlock();
        }
        return taken;
    }

    private List<Job> takeLast() {
        lock.lock();
        try {
            ended = true;
            return takeWaiting(Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        lock.lock();
        try {
            underWay--;
        } finally {
            lock.unlock();
        }
    }

    /** @throws CodaException if the tokenizer's vocabulary or mask is not that of the model */
    static void checkFits(Tokenizer tokenizer, int vocabSize, int maskId) {
        tokenizer.checkFits(vocabSize);
        boolean called =
                MaskToken.KNOWN.stream().anyMatch(text -> tokenizer.idOf(text).equals(OptionalInt.of(maskId)));
        if (tokenizer.specialTokens().mask().isEmpty() && called) {
            return;
        }
        int mask = tokenizer.specialTokens().requireMask();
        if (mask != maskId) {
            throw CodaException.of(
                    "the tokenizer's mask token is %d, the model's is %d: take the tokenizer files that "
                            + "belong to this checkpoint",
                    mask, maskId);
        }
    }

    private void checkRunnable(GenerateRequest request, PromptLayout layout) {
        DecodeOptions fitted = layout.shape().fitted(request.decode(), denoiser.blocks());
        layout.shape().checkDecodable(fitted, denoiser.maxPositions());
        if (fitted.autoBlocks()) {
            BlockChoice.lengths(layout.shape(), fitted, denoiser.maxPositions()); // refuses what no length goes with
        }
        for (int position = 0; position < layout.ids().length; position++) {
            int id = layout.ids()[position];
            check(
                    id >= 0 && id < denoiser.vocabSize(),
                    "id %d at position %d of the prompt is not in the model's vocabulary: ids are 0 to %d",
                    id,
                    position,
                    denoiser.vocabSize() - 1);
        }
        check(
                tokenizer.isPresent() || request.stopStrings().isEmpty(),
                "stop strings need a tokenizer and this engine has none: leave them out");
        check(
                tokenizer.isPresent() || request.until() == Until.LENGTH,
                "until %s needs a tokenizer and this engine has none: leave it out",
                request.until().name().toLowerCase(Locale.ROOT));
    }

    private final class WindowQueue implements WindowedGeneration.Queue {
        @Override
        public Job prepare(
                GenerateRequest window,
                EncodedDocument encoded,
                Supplier<List<String>> pieces,
                GenerationListener listener) {
            Optional<Grammar> grammar =
                    ((Prompt.Text) window.prompt()).windows().grammar();
            BlockFinder blocks = new BlockFinder(grammar, pieces);
            return job(window, encoded, judge(window, grammar, pieces), blocks, listener, () -> {});
        }

        @Override
        public void addFirst(Job job) {
            admit(job);
        }

        @Override
        public boolean addNext(Job job) {
            return enqueue(job);
        }
    }
}
