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
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.model.plan.TokenFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    private final Sampling sampling;
    private final Optional<HolePads> pads;
    /** What every forward runs, if the rest is stored once and for all. */
    private final Optional<Block> alone;

    private final GrowingTail tail;
    /** Positions that stay masked because nobody wants them any more. */
    private final BitSet givenUp = new BitSet();

    private final List<StepResult> skipped = new ArrayList<>();

    private BlockRun run;
    private int blockIndex;
    private int step;
    private int forwards;
    private int cacheRefreshes;
    /** Masks from here on are given up because an end token stands before them. */
    private int limit;
    /** Nothing that follows belongs to the completion: it does not grow any more. */
    private boolean tailEnded;
    /** Of a block-causal model: the first position of which final keys and values are not stored. */
    private int settled;
    /** How many positions were stored before the session began. */
    private final int reused;
    /** Whether the next forward proposes the first token of the block by the last row of the one before it. */
    private boolean atBorder;
    /** What the policy wants of the next forward, which may be asked for more. */
    private int[] wanted = {};

    private OptionalInt endPosition = OptionalInt.empty();
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
        this.alone = alone;
        this.layout = Layout.of(canvas, options, grid);
        this.sampling = options.sampling(canvas.maskId());
        this.tail = new GrowingTail(canvas, options.growth(), layout.tailStart());
        this.limit = canvas.length();
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
        checkNumbers(proposals);
        stored.ran(plan);
        forwards++;
        if (plan.positions().length == 0) {
            advance();
            return takeSkipped();
        }
        List<StepResult> results = takeSkipped();
        results.add(commit(
                proposals, plan.cache() instanceof CacheAccess.None || plan.cache() instanceof CacheAccess.Fill));
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
        giveUpMasksAfterEndToken(!options.commit().remasks());
        tailEnded |= pads.filter(own -> own.closed(layout.tailStart())).isPresent();
        if (!tailEnded && tail.measures(forwards) && tail.settle(forwards, proposals, this::endsText)) {
            boolean wasFull = openPositions(run.block()).length == 0;
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
        givenUp.set(range.start(), range.end());
        tailEnded |= range.end() > layout.tailStart();
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
        return endPosition;
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
            int[] masked = openPositions(run.block());
            boolean endsEarly =
                    run.block().end() > limit || pads.map(HolePads::closed).orElse(false) || !givenUp.isEmpty();
            if ((masked.length == 0 && endsEarly) || run.finished(masked.length)) {
                if (options.commit().remasks()) {
                    giveUpMasksAfterEndToken(true);
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
            if (!tailEnded && ((follows && tail.append()) || tail.slide(block))) {
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
        int open = openPositions(block).length;
        if (open > 0) {
            int share = Math.ceilDiv(layout.steps().get(blockIndex) * open, block.length());
            enterBlock(block, share);
        }
    }

    private void enterBlock(Block block, int steps) {
        BlockContext context = new BlockContext(
                block,
                options.blockLength().isPresent(),
                steps,
                step,
                openPositions(block).length,
                options.eps(),
                canvas::length,
                canvas::isMasked,
                draws);
        run = new BlockRun(context, options.commit(), options.blockStart());
    }

    private void resized() {
        limit = canvas.length();
        stored.resized(canvas);
    }

    private ForwardPlan planForward() {
        int[] watched = atBorder ? new int[0] : run.watched(committedPositions());
        int[] measured = !tailEnded && tail.measures(forwards + 1) ? tail.masked() : new int[0];
        int[] positions = Stream.of(wanted, watched, measured)
                .flatMapToInt(Arrays::stream)
                .distinct()
                .sorted()
                .toArray();
        ForwardPlan plan = alone.map(rows -> plan(new Block(0, canvas.length()), CacheAccess.NONE, positions)
                        .alone(rows, stored.open(canvas.length())))
                .orElseGet(() -> grid.isPresent() ? planBlock(positions) : planByPolicy(positions));
        if (plan.positions().length == 0) {
            return plan;
        }
        List<TokenFilter> filters = pads.map(own -> own.filters(positions)).orElse(List.of());
        ForwardPlan filtered = filters.isEmpty() ? plan : plan.withFilters(filters);
        return options.details(watched.length > 0, asked())
                .map(filtered::withDetails)
                .orElse(filtered);
    }

    /** Asks for nothing where rows are only to be stored before the forward that asks. */
    private ForwardPlan planByPolicy(int[] positions) {
        if (options.cache() instanceof CachePolicy.None) {
            return plan(new Block(0, canvas.length()), CacheAccess.NONE, positions);
        }
        boolean first = run.forwards() == 0;
        if (stored.runsAll(run.forwards())) {
            CacheAccess fill = new CacheAccess.Fill(stored.open(canvas.length()));
            return plan(new Block(0, canvas.length()), fill, positions);
        }
        CacheAccess reuse = new CacheAccess.Reuse(stored.open(canvas.length()));
        Block rows = stored.rows(run.block(), first, layout.blocks(), canvas, positions, options.blockStart());
        Optional<Block> apart = first && !stored.refreshesAtBlocks()
                ? stored.apart(run.block(), rows, layout.blocks(), canvas)
                : Optional.empty();
        return apart.map(before -> plan(before, reuse, new int[0])).orElseGet(() -> plan(rows, reuse, positions));
    }

    /**
     * The block and what is not stored of those before it. At a border of shifted rows, only these: their last row
     * proposes the block's first token.
     */
    private ForwardPlan planBlock(int[] positions) {
        int end = atBorder ? run.block().start() : run.block().end();
        KvCache growing = stored.growing(end, canvas.length(), settled);
        return plan(new Block(settled, end), new CacheAccess.Append(growing, grid.orElseThrow()), positions);
    }

    private ForwardPlan plan(Block rows, CacheAccess access, int[] positions) {
        int[] ids = canvas.ids(rows.start(), rows.end());
        return new ForwardPlan(ids, rows.start(), access, positions, sampling, draws.tokenKey(step));
    }

    private Map<Integer, List<Integer>> asked() {
        Map<Integer, List<Integer>> asked = new HashMap<>();
        for (int position : atBorder ? new int[0] : wanted) {
            int[] tokens = run.asked(position);
            if (tokens.length > 0) {
                asked.put(position, Arrays.stream(tokens).boxed().toList());
            }
        }
        return asked;
    }

    /** The positions of the block that hold a token of the answer; the pads that closed a hole stay. */
    private int[] committedPositions() {
        return IntStream.range(run.block().start(), Math.min(run.block().end(), limit))
                .filter(this::holdsToken)
                .toArray();
    }

    private boolean holdsToken(int position) {
        return run.block().contains(position)
                && canvas.isFree(position)
                && !canvas.isMasked(position)
                && !isPad(canvas.id(position));
    }

    private boolean isPad(int token) {
        return options.holePad().equals(OptionalInt.of(token));
    }

    /** Not those that only growing asks about. */
    private boolean isWanted(int position) {
        return Arrays.binarySearch(wanted, position) >= 0;
    }

    /** @param all whether the forward ran the whole sequence */
    private StepResult commit(Proposals proposals, boolean all) {
        Map<Boolean, List<Candidate>> told = candidates(proposals).stream()
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
                chosen.add(new Commit(
                        step,
                        candidate.position(),
                        candidate.token(),
                        options.commit().confidence(candidate),
                        candidate.probability(),
                        logprobs(proposals, candidate)));
            }
        }
        List<Commit> commits =
                pads.map(own -> own.settle(chosen, proposals(candidates))).orElse(chosen);
        commits.forEach(commit -> canvas.commit(commit.position(), commit.token()));
        if (atBorder) {
            return new StepResult(step, commits, true);
        }
        List<Candidate> made = candidates.stream()
                .filter(candidate -> holdsToken(candidate.position()))
                .toList();
        int[] revoked = run.revoked(made, this::holdsToken);
        Arrays.stream(revoked).forEach(canvas::remask);
        return new StepResult(step, commits, Arrays.stream(revoked).boxed().toList(), true);
    }

    private Optional<TokenLogprobs> logprobs(Proposals proposals, Candidate candidate) {
        if (options.logprobs().isEmpty()) {
            return Optional.empty();
        }
        ProposalDetails details = proposals.details().orElseThrow();
        int index = Arrays.binarySearch(proposals.positions(), candidate.position());
        float own = details.proposed()[index];
        int[] asked = details.request().tokens(candidate.position());
        for (int i = 0; i < asked.length; i++) {
            if (asked[i] == candidate.token() && candidate.token() != proposals.tokens()[index]) {
                own = details.asked()[index][i];
            }
        }
        return Optional.of(
                TokenLogprobs.of(details, index, own, options.logprobs().getAsInt()));
    }

    /** @param settled whether the block's tokens stay; else they do once nothing before the end token is open */
    private void giveUpMasksAfterEndToken(boolean settled) {
        int position = layout.tailStart();
        while (position < limit && !canvas.isMasked(position)) {
            if (options.endTokens().contains(canvas.id(position)) && (settled || isFull(position))) {
                limit = position + 1;
                endPosition = OptionalInt.of(position);
                tailEnded = true;
            }
            position++;
        }
    }

    /** Whether nothing of the block before the position is open, so that a block that ends there is done. */
    private boolean isFull(int end) {
        int start = run.block().start();
        return end <= start || openPositions(new Block(start, end)).length == 0;
    }

    private int[] openPositions(Block block) {
        int[] masked = canvas.maskedPositions(block.start(), Math.min(block.end(), limit));
        return givenUp.isEmpty()
                ? masked
                : Arrays.stream(masked)
                        .filter(position -> !givenUp.get(position))
                        .toArray();
    }

    private boolean endsText(int token) {
        return options.endTokens().contains(token) || isPad(token);
    }

    private static List<Candidate> candidates(Proposals proposals) {
        return IntStream.range(0, proposals.size())
                .mapToObj(i -> proposals
                        .details()
                        .map(details -> candidate(proposals, details, i))
                        .orElse(Candidate.of(
                                proposals.positions()[i],
                                proposals.tokens()[i],
                                proposals.probability()[i],
                                proposals.margin()[i],
                                proposals.negativeEntropy()[i])))
                .toList();
    }

    private static Candidate candidate(Proposals proposals, ProposalDetails details, int index) {
        int position = proposals.positions()[index];
        int first = index * details.request().candidates();
        List<Candidate.Scored> best = IntStream.range(
                        first, first + details.request().candidates())
                .filter(i -> details.candidates()[i] != Sampling.NO_TOKEN)
                .mapToObj(i -> scored(details.candidates()[i], details.logProbabilities()[i]))
                .toList();
        int[] asked = details.request().tokens(position);
        return Candidate.of(
                position,
                proposals.tokens()[index],
                proposals.probability()[index],
                proposals.margin()[index],
                proposals.negativeEntropy()[index],
                best,
                IntStream.range(0, asked.length)
                        .mapToObj(i -> scored(asked[i], details.asked()[index][i]))
                        .toList(),
                details.request().canvasToken() ? details.canvasToken()[index] : 0);
    }

    private static Candidate.Scored scored(int token, float logProbability) {
        return new Candidate.Scored(token, Math.exp(logProbability));
    }

    /** What is proposed, without details. */
    private static Proposals proposals(List<Candidate> candidates) {
        Proposals proposals =
                new Proposals(candidates.stream().mapToInt(Candidate::position).toArray());
        for (int i = 0; i < proposals.size(); i++) {
            Candidate candidate = candidates.get(i);
            proposals.set(
                    i, candidate.token(), candidate.probability(), candidate.margin(), candidate.negativeEntropy());
        }
        return proposals;
    }

    private static void checkNumbers(Proposals proposals) {
        for (int i = 0; i < proposals.size(); i++) {
            if (!Float.isFinite(proposals.probability()[i])
                    || !Float.isFinite(proposals.negativeEntropy()[i])) {
                throw CodaException.of(
                        "the model's output for position %d is not a number: its weights hold NaN or overflow "
                                + "in this dtype",
                        proposals.positions()[i]);
            }
        }
    }
}
