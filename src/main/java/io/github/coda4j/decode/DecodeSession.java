package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.decode.commit.BlockContext;
import io.github.coda4j.decode.commit.Candidate;
import io.github.coda4j.decode.commit.Draws;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.TokenFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one decode loop: turns a canvas with masks into a canvas of tokens, one forward at a time.
 *
 * <pre>{@code
 * try (var session = DecodeSession.open(canvas, options, denoiser)) {
 *     while (!session.done()) {
 *         Proposals proposals = denoiser.forward(List.of(session.plan())).getFirst();
 *         for (StepResult step : session.apply(proposals)) { ... }
 *     }
 * }
 * }</pre>
 *
 * The session never runs the model itself, so one forward may carry the plans of many sessions. Not thread-safe.
 */
public final class DecodeSession implements AutoCloseable {
    private final Canvas canvas;
    private final DecodeOptions options;
    private final StoredRows stored;
    private final Alignment alignment;
    /** The model's blocks, where its attention is block-causal. */
    private final Optional<BlockGrid> grid;

    private final Draws draws;
    private final Layout layout;
    private final PlannedRows rows;
    private final Optional<HolePads> pads;
    private final GrowingTail tail;
    private final OpenPositions open;

    private final List<StepResult> skipped = new ArrayList<>();

    private BlockRun run;
    private int blockIndex;
    private int step;
    private int forwards;
    private int cacheRefreshes;
    /** Of a block-causal model: the first position of which final keys and values are not stored. */
    private int settled;
    /** How many positions were stored before the session began. */
    private final int reused;
    /** Whether the next forward proposes the first token of the block by the last row of the one before it. */
    private boolean atBorder;
    /** What the policy wants of the next forward, which may be asked for more. */
    private int[] wanted = {};

    private Optional<ForwardPlan> next = Optional.empty();
    private final Closing closing = new Closing();

    private DecodeSession(
            Canvas canvas,
            DecodeOptions options,
            Denoiser denoiser,
            StoredRows stored,
            Optional<HolePads> pads,
            Draws draws,
            Optional<Block> alone,
            Optional<KeptBlocks> kept) {
        this.canvas = canvas;
        this.options = options;
        this.stored = stored;
        this.alignment = denoiser.alignment();
        int given = canvas.maskedRuns().isEmpty()
                ? canvas.length()
                : canvas.maskedRuns().getFirst().start();
        this.grid = denoiser.blocks().map(blocks -> blocks.grid(given));
        this.pads = pads;
        this.draws = draws;
        this.layout = Layout.of(canvas, options, grid);
        this.rows = new PlannedRows(canvas, options, stored, grid, alone, layout.blocks(), draws);
        this.tail = new GrowingTail(canvas, options.growth(), layout.tailStart());
        this.open = new OpenPositions(canvas, options, layout.tailStart());
        this.reused = kept.map(this::begin).orElse(0);
        this.settled = reused;
        enterBlock(0);
        advance();
    }

    /**
     * A session for this model with draws from the options' seed.
     *
     * @param canvas the session writes to it; masks anywhere are filled, a run of them at the end is the completion at
     *     its ceiling: with {@link DecodeOptions#growth} the session makes the canvas shorter and longer again
     * @throws io.github.coda4j.WrongValueException if canvas, options and model do not fit, see
     *     {@link CanvasShape#checkDecodable}
     */
    public static DecodeSession open(Canvas canvas, DecodeOptions options, Denoiser denoiser) {
        return open(canvas, options, denoiser, Draws.seeded(options.seed()));
    }

    /** The same with random numbers from elsewhere; the options' seed plays no part. */
    public static DecodeSession open(Canvas canvas, DecodeOptions options, Denoiser denoiser, Draws draws) {
        return open(canvas, options, denoiser, draws, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * The same as {@link #open(Canvas, DecodeOptions, Denoiser)} where blocks of a block-causal model that were
     * finished before are not run again. What is decoded is the same.
     *
     * @param kept of the same model; takes this session's blocks by {@link #leave}
     */
    public static DecodeSession open(Canvas canvas, DecodeOptions options, Denoiser denoiser, KeptBlocks kept) {
        kept.checkOf(denoiser);
        Draws draws = Draws.seeded(options.seed());
        return open(canvas, options, denoiser, draws, Optional.empty(), Optional.empty(), Optional.of(kept));
    }

    /**
     * A session whose forwards run some of the positions alone, against stored keys and values of all others, whatever
     * the options say of caches; the canvas stays as long as it is.
     *
     * @param run holds all masks and the rows that propose them
     * @param stored for a sequence of this length; the session's to close
     */
    public static DecodeSession openAlone(
            Canvas canvas, DecodeOptions options, Denoiser denoiser, Block run, KvCache stored) {
        return open(
                canvas,
                options.withGrowth(Growth.NONE),
                denoiser,
                Draws.seeded(options.seed()),
                Optional.of(run),
                Optional.of(stored),
                Optional.empty());
    }

    private static DecodeSession open(
            Canvas canvas,
            DecodeOptions options,
            Denoiser denoiser,
            Draws draws,
            Optional<Block> alone,
            Optional<KvCache> stored,
            Optional<KeptBlocks> kept) {
        check(
                canvas.maskId() == denoiser.maskId(),
                "the canvas is masked with id %d, the model's mask is %d",
                canvas.maskId(),
                denoiser.maskId());
        CanvasShape shape = CanvasShape.of(canvas);
        DecodeOptions fitted = shape.fitted(options, denoiser.blocks());
        check(
                !fitted.autoBlocks(),
                "block length auto is chosen by an engine before a session begins: give a number, or one of"
                        + " BlockChoice");
        check(
                alone.isEmpty() || denoiser.blocks().isEmpty(),
                "a block-causal model has no positions that are run alone against what follows them");
        shape.checkDecodable(fitted, denoiser.maxPositions());
        Optional<HolePads> pads = options.holePad().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new HolePads(options.holePad().getAsInt(), canvas, options.endTokens(), denoiser.vocabSize()));
        StoredRows rows = new StoredRows(fitted.cache(), denoiser, stored);
        return new DecodeSession(canvas, fitted, denoiser, rows, pads, draws, alone, kept);
    }

    /**
     * Takes over what is kept of the blocks before the first one that is decoded. Where rows are shifted, the last of
     * them is run all the same, since its last row proposes the first token.
     *
     * @return how many positions that are
     */
    private int begin(KeptBlocks kept) {
        if (grid.isEmpty() || layout.blocks().isEmpty()) {
            return 0;
        }
        Block first = layout.blocks().getFirst();
        int row = canvas.isMasked(first.start()) ? alignment.firstRow(first.start()) : first.start();
        int[] before = canvas.ids(0, grid.get().start(row));
        Optional<KeptBlocks.Beginning> found = kept.longest(before, grid.get());
        found.ifPresent(beginning -> stored.begin(beginning.cache(), beginning.length(), first.end(), canvas.length()));
        return found.map(KeptBlocks.Beginning::length).orElse(0);
    }

    /**
     * Leaves the blocks that are finished to those who come later, and whatever is stored with them: the session plans
     * nothing any more. Nothing happens for a model that sees the whole sequence.
     */
    public void leave(KeptBlocks kept) {
        next = Optional.empty();
        grid.ifPresent(own -> stored.give().ifPresent(cache -> kept.keep(canvas.ids(0, settled), own, cache)));
    }

    /** How many positions were not run, because they were kept from an earlier session. */
    public int reused() {
        return reused;
    }

    /** Whether nothing is left to do. */
    public boolean done() {
        return next.isEmpty();
    }

    /** The forward that the session needs next; the same until {@link #apply}. */
    public ForwardPlan plan() {
        return next.orElseThrow(() -> new IllegalStateException("the session is done: it plans no more forwards"));
    }

    /**
     * Commits what the policy chooses among the answers to {@link #plan}.
     *
     * @return the steps since the last call in order: the one of this forward, and around it those that needed no
     *     forward; none after a forward that only stored rows, for which nothing is asked
     * @throws CodaException if the model proposes something that is no number
     */
    public List<StepResult> apply(Proposals proposals) {
        ForwardPlan plan = plan();
        check(
                Arrays.equals(plan.positions(), proposals.positions()),
                "the proposals are for positions %s, the plan asked for %s",
                Arrays.toString(proposals.positions()),
                Arrays.toString(plan.positions()));
        List<Candidate> candidates = Candidates.of(proposals);
        stored.ran(plan);
        forwards++;
        if (plan.positions().length == 0) {
            advance();
            return takeSkipped();
        }
        List<StepResult> results = takeSkipped();
        results.add(commit(
                proposals,
                candidates,
                plan.cache() instanceof CacheAccess.None || plan.cache() instanceof CacheAccess.Fill));
        if (plan.cache() instanceof CacheAccess.Fill) {
            cacheRefreshes++;
        }
        settled = run.block().start();
        List<Commit> commits = results.getLast().commits();
        step++;
        if (atBorder) {
            atBorder = false;
            enterBlock(run.block(), layout.steps().get(blockIndex));
        } else {
            run.stepped(commits.size() + pads.map(HolePads::numPutOff).orElse(0));
        }
        open.giveUpAfterEndToken(run.block(), !options.commit().remasks());
        if (pads.filter(own -> own.closed(layout.tailStart())).isPresent()) {
            open.endTail();
        }
        if (!open.tailEnded() && tail.measures(forwards) && tail.settle(forwards, proposals, open::endsText)) {
            boolean wasFull = open.in(run.block()).length == 0;
            resized();
            if (wasFull) {
                enterBlockAgain();
            }
        }
        advance();
        results.addAll(takeSkipped());
        return results;
    }

    private List<StepResult> takeSkipped() {
        List<StepResult> taken = new ArrayList<>(skipped);
        skipped.clear();
        return taken;
    }

    /**
     * Gives masks up that nobody wants any more, because the answer that they belong to has ended before them: they
     * stay masks, and no forward is run for them. What the next forward asks may change.
     *
     * @param range positions of one hole, to its end at its ceiling
     * @return steps that were done without a forward on the way to the next one
     */
    public List<StepResult> giveUp(Block range) {
        open.giveUp(range);
        if (!done()) {
            advance();
        }
        return takeSkipped();
    }

    public Canvas canvas() {
        return canvas;
    }

    /** Number of steps done, with those that needed no forward. */
    public int step() {
        return step;
    }

    /** Number of forwards applied. */
    public int forwards() {
        return forwards;
    }

    /** Number of those forwards that filled the cache. */
    public int cacheRefreshes() {
        return cacheRefreshes;
    }

    /**
     * Where the tokens end that stay as they are: from there on a policy that masks tokens again may still change its
     * mind. The canvas' length for other policies, and when the session is done.
     */
    public int settledEnd() {
        return options.commit().remasks() && !done() ? run.block().start() : canvas.length();
    }

    /** Where the end token stands that ended the completion early; masks after it stay masks. */
    public OptionalInt endPosition() {
        return open.endPosition();
    }

    @Override
    public void close() {
        closing.once(() -> {
            next = Optional.empty();
            stored.close();
        });
    }

    /** Moves to the next forward, over blocks that are finished and steps that commit nothing. */
    private void advance() {
        next = Optional.empty();
        while (blockIndex < layout.blocks().size()) {
            int[] masked = open.in(run.block());
            boolean endsEarly =
                    open.mayEndEarly(run.block()) || pads.map(HolePads::closed).orElse(false);
            if ((masked.length == 0 && endsEarly) || run.finished(masked.length)) {
                if (options.commit().remasks()) {
                    open.giveUpAfterEndToken(run.block(), true);
                }
                commitPadsAlone(masked);
                enterBlock(blockIndex + 1);
                continue;
            }
            wanted = atBorder ? new int[] {run.block().start()} : run.wanted(masked);
            if (wanted.length > 0) {
                next = Optional.of(planForward());
                return;
            }
            skipped.add(new StepResult(step, List.of(), false));
            run.skipped();
            step++;
        }
    }

    private void commitPadsAlone(int[] masked) {
        List<Commit> commits = pads.map(own -> own.alone(masked, step)).orElse(List.of());
        if (!commits.isEmpty()) {
            commits.forEach(commit -> canvas.commit(commit.position(), commit.token()));
            skipped.add(new StepResult(step, commits, false));
            step++;
        }
    }

    private void enterBlock(int index) {
        blockIndex = index;
        if (index < layout.blocks().size()) {
            Block block = layout.blocks().get(index);
            boolean follows = block.start() == canvas.length();
            if (!open.tailEnded() && ((follows && tail.append()) || tail.slide(block))) {
                resized();
            }
            enterBlock(block, layout.steps().get(index));
            atBorder = grid.isPresent()
                    && alignment.firstRow(block.start()) < block.start()
                    && canvas.isMasked(block.start());
        }
    }

    /**
     * The canvas ended inside the block at work, which was full, and has grown: what it holds now is decoded as a block
     * is that begins, with the masks' share of the block's steps.
     */
    private void enterBlockAgain() {
        Block block = run.block();
        int numOpen = open.in(block).length;
        if (numOpen > 0) {
            int share = Math.ceilDiv(layout.steps().get(blockIndex) * numOpen, block.length());
            enterBlock(block, share);
        }
    }

    private void enterBlock(Block block, int steps) {
        BlockContext context = new BlockContext(
                block,
                options.blockLength().isPresent(),
                steps,
                step,
                open.in(block).length,
                options.eps(),
                canvas::length,
                canvas::isMasked,
                draws);
        run = new BlockRun(context, options.commit(), options.blockStart());
    }

    private void resized() {
        open.resized();
        stored.resized(canvas);
    }

    private ForwardPlan planForward() {
        int[] watched = atBorder ? new int[0] : run.watched(open.committed(run.block()));
        int[] measured = !open.tailEnded() && tail.measures(forwards + 1) ? tail.masked() : new int[0];
        int[] positions = Stream.of(wanted, watched, measured)
                .flatMapToInt(Arrays::stream)
                .distinct()
                .sorted()
                .toArray();
        ForwardPlan plan = rows.plan(run.block(), run.forwards(), unsettled(), positions, step);
        if (plan.positions().length == 0) {
            return plan;
        }
        List<TokenFilter> filters = pads.map(own -> own.filters(positions)).orElse(List.of());
        ForwardPlan filtered = filters.isEmpty() ? plan : plan.withFilters(filters);
        return options.details(watched.length > 0, run.asked(atBorder ? new int[0] : wanted))
                .map(filtered::withDetails)
                .orElse(filtered);
    }

    /**
     * Of a block-causal model, the block and what is not stored of those before it. At a border of shifted rows, only
     * these: their last row proposes the block's first token.
     */
    private Block unsettled() {
        return new Block(settled, atBorder ? run.block().start() : run.block().end());
    }

    /** Not those that only growing asks about. */
    private boolean isWanted(int position) {
        return Arrays.binarySearch(wanted, position) >= 0;
    }

    /** @param all whether the forward ran the whole sequence */
    private StepResult commit(Proposals proposals, List<Candidate> proposed, boolean all) {
        Map<Boolean, List<Candidate>> told = proposed.stream()
                .filter(candidate -> !canvas.isMasked(candidate.position()) || isWanted(candidate.position()))
                .collect(Collectors.partitioningBy(candidate -> canvas.isMasked(candidate.position())));
        List<Candidate> candidates = atBorder ? told.get(true) : run.weighed(all, told.get(true), told.get(false));
        List<Commit> chosen = new ArrayList<>();
        for (int index : atBorder ? new int[] {0} : run.chosen(candidates)) {
            Candidate candidate = candidates.get(index);
            check(
                    candidate.token() != canvas.maskId() || options.maskCandidates() == MaskCandidates.ALLOW,
                    "the model proposes the mask for position %d although it is excluded",
                    candidate.position());
            if (candidate.token() != canvas.maskId()) {
                chosen.add(Candidates.commit(step, candidate, proposals, options));
            }
        }
        List<Commit> commits = pads.map(own -> own.settle(chosen, Candidates.proposals(candidates)))
                .orElse(chosen);
        commits.forEach(commit -> canvas.commit(commit.position(), commit.token()));
        if (atBorder) {
            return new StepResult(step, commits, true);
        }
        List<Candidate> made = candidates.stream()
                .filter(candidate -> open.holdsToken(run.block(), candidate.position()))
                .toList();
        int[] revoked = run.revoked(made, position -> open.holdsToken(run.block(), position));
        Arrays.stream(revoked).forEach(canvas::remask);
        return new StepResult(step, commits, Arrays.stream(revoked).boxed().toList(), true);
    }
}
