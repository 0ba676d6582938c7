package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import io.github.coda4j.decode.commit.CommitPolicy;
import io.github.coda4j.decode.commit.Entropy;
import io.github.coda4j.decode.commit.Need;
import io.github.coda4j.model.plan.DetailRequest;
import io.github.coda4j.model.plan.Sampling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a canvas is decoded. Options that would have no effect together are refused.
 *
 * @param steps number of steps over the whole canvas, at least 1; spread evenly over the blocks. Policies that do not
 *     count them ({@link CommitPolicy#countsSteps}) take as many as they need
 * @param blockLength empty: all masks are decoded together; otherwise masks are decoded from left to right, this many
 *     at a time
 * @param autoBlocks the same with a block length that an {@link BlockChoice engine chooses} by what forwards take on
 *     its machine; {@code blockLength} is empty then, and the cache prefix or dual: without one, blocks save nothing
 * @param commit which proposals are committed
 * @param cache what forwards reuse; a cache needs a block length, but that of block-causal models. When it is refreshed
 *     and which rows are run follows from its {@link Refresh} and {@link CachedRows}
 * @param blockStart how a block's first token is found; {@link BlockStart#COMMIT} needs a cache that is refreshed at
 *     block starts only and runs all rows of a block
 * @param maskCandidates whether the mask token may be proposed
 * @param eps last noise level of the schedule, in [0, 1); refused unless {@link #DEFAULT_EPS} where no schedule is
 *     followed
 * @param temperature 0 (arg-max) or positive
 * @param topP in (0, 1]; 1 is off
 * @param topK 0 is off
 * @param seed of every random draw
 * @param endTokens a completion is done when one of these is committed and everything before it too; empty: never stop
 *     early
 * @param holePad the token that fills what is left of a hole, for a model that was trained with padded holes: the first
 *     one that is committed closes its hole, and what is still masked behind it becomes this token without a forward.
 *     Empty: no token does
 * @param logprobs how many of the best tokens of each position are told with their log-probabilities, 0 or more, beside
 *     that of the committed token; empty: nothing of it is computed
 * @param growth how the run of masks at the end becomes as long as the answer; refused unless {@link Growth#NONE} or
 *     {@link Growth.Window} where the mask may be proposed. A window needs a block length and is as long or longer.
 *     {@link Growth.RhoEos} needs a block length and sees all masks in every forward, which a dual cache does not run
 */
public record DecodeOptions(
        int steps,
        OptionalInt blockLength,
        boolean autoBlocks,
        CommitPolicy commit,
        CachePolicy cache,
        BlockStart blockStart,
        MaskCandidates maskCandidates,
        double eps,
        double temperature,
        double topP,
        int topK,
        long seed,
        Set<Integer> endTokens,
        OptionalInt holePad,
        OptionalInt logprobs,
        Growth growth) {
    public static final double DEFAULT_EPS = 1e-3;

    public DecodeOptions {
        requireNonNull(commit, "commit is null");
        requireNonNull(cache, "cache is null");
        requireNonNull(blockStart, "blockStart is null");
        requireNonNull(maskCandidates, "maskCandidates is null");
        check(steps >= 1, "steps must be at least 1, got %d", steps);
        check(
                blockLength.isEmpty() || blockLength.getAsInt() >= 1,
                "the block length must be at least 1, got %d",
                blockLength.orElse(0));
        check(eps >= 0 && eps < 1, "eps must be in [0, 1), got %s", eps);
        check(
                eps == DEFAULT_EPS || commit.followsSchedule(),
                "eps %s has no effect with alg %s: leave it out",
                eps,
                commit.name());
        check(
                !autoBlocks || blockLength.isEmpty(),
                "block length auto and a block length of %d exclude each other",
                blockLength.orElse(0));
        boolean cached = !(cache instanceof CachePolicy.None || cache instanceof CachePolicy.Exact);
        check(
                !autoBlocks || cached,
                "block length auto has no effect with cache %s, whose steps cost the same in any blocks: use cache"
                        + " prefix or dual, or leave it out",
                cache.id());
        boolean blocks = blockLength.isPresent() || autoBlocks;
        check(
                !cached || blocks,
                "cache %s needs a block length: set one (for example 32) or use cache none",
                cache.id());
        check(
                cached || blockStart == BlockStart.PROPOSE,
                "block start commit has no effect without a cache: use cache prefix or dual, or leave it out");
        check(
                !cached || blockStart == BlockStart.PROPOSE || cache.refresh().equals(Refresh.AT_BLOCKS),
                "block start commit refreshes at block starts only: leave refresh %s out",
                cache.refresh());
        check(
                !cached || blockStart == BlockStart.PROPOSE || cache.rows() == CachedRows.BLOCK,
                "block start commit runs all rows of a block: leave cached rows open out");
        new Sampling(temperature, topP, topK, Sampling.NO_TOKEN);
        if (commit.needs().contains(Need.PLAIN_PROBABILITIES)) {
            checkPlain(commit, temperature, topP, topK);
        }
        check(
                blockStart == BlockStart.PROPOSE || !commit.needsProposedStarts(),
                "alg %s needs block start propose: commit takes a block's first token whatever its probability",
                commit.name());
        check(
                blocks || !commit.needs().contains(Need.BLOCKS),
                "alg %s needs blocks: set a block length (for example 32)",
                commit.name());
        check(
                maskCandidates == MaskCandidates.EXCLUDE || !commit.needs().contains(Need.NO_MASK_PROPOSALS),
                "alg %s needs mask candidates exclude: what it commits must be a token",
                commit.name());
        endTokens = Set.copyOf(endTokens);
        check(holePad.orElse(0) >= 0, "the pad of holes must be a token id, got %d", holePad.orElse(0));
        check(
                logprobs.orElse(0) >= 0 && logprobs.orElse(0) <= DetailRequest.MOST_CANDIDATES,
                "the number of log-probabilities must be in [0, %d], got %d",
                DetailRequest.MOST_CANDIDATES,
                logprobs.orElse(0));
        requireNonNull(growth, "growth is null");
        checkGrowth(growth, commit, blocks, blockLength, cache, blockStart, maskCandidates);
    }

    private static void checkPlain(CommitPolicy commit, double temperature, double topP, int topK) {
        check(
                temperature == 0 && topP == 1 && topK == 0,
                "alg %s reads the model's probabilities as they are: temperature must be 0, top_p 1 and top_k 0, got"
                        + " %s, %s and %d",
                commit.name(),
                temperature,
                topP,
                topK);
    }

    private static void checkGrowth(
            Growth growth,
            CommitPolicy commit,
            boolean blocks,
            OptionalInt blockLength,
            CachePolicy cache,
            BlockStart blockStart,
            MaskCandidates maskCandidates) {
        check(
                growth instanceof Growth.None
                        || growth instanceof Growth.Window
                        || maskCandidates == MaskCandidates.EXCLUDE,
                "%s does not go with mask candidates allow: where an answer ends is not seen behind a mask",
                growth.setting());
        switch (growth) {
            case Growth.None() -> {}
            case Growth.Window(int tokens) -> {
                check(blocks, "window %d needs a block length: set one (for example 32)", tokens);
                check(
                        tokens >= blockLength.orElse(1),
                        "window %d does not hold a block of %d: use %2$d or more",
                        tokens,
                        blockLength.orElse(1));
            }
            case Growth.Chunks(int tokens) ->
                check(
                        tokens % blockLength.orElse(1) == 0,
                        "a canvas in blocks of %d cannot grow by %d tokens: use a multiple of the block length",
                        blockLength.orElse(1),
                        tokens);
            case Growth.RhoEos(int _, int _, int _) -> {
                check(
                        !commit.remasks(),
                        "grow rho-eos does not go with alg %s, which takes tokens back that the length was chosen by",
                        commit.name());
                check(blocks, "grow rho-eos needs a block length: set one (for example 32)");
                check(
                        !(cache instanceof CachePolicy.Dual),
                        "grow rho-eos looks at all masks in every forward, and cache dual runs a block alone:"
                                + " use cache none or prefix");
                check(
                        blockStart == BlockStart.PROPOSE,
                        "grow rho-eos does not go with block start commit, whose forwards are the original's: leave"
                                + " one of them out");
            }
        }
    }

    /** Without log-probabilities and growth, with a block length that is said or none. */
    public DecodeOptions(
            int steps,
            OptionalInt blockLength,
            CommitPolicy commit,
            CachePolicy cache,
            BlockStart blockStart,
            MaskCandidates maskCandidates,
            double eps,
            double temperature,
            double topP,
            int topK,
            long seed,
            Set<Integer> endTokens,
            OptionalInt holePad) {
        this(
                steps,
                blockLength,
                false,
                commit,
                cache,
                blockStart,
                maskCandidates,
                eps,
                temperature,
                topP,
                topK,
                seed,
                endTokens,
                holePad,
                OptionalInt.empty(),
                Growth.NONE);
    }

    /** Greedy entropy decoding of the whole canvas at once, without a cache. */
    public static DecodeOptions ofSteps(int steps) {
        return new DecodeOptions(
                steps,
                OptionalInt.empty(),
                new Entropy(0),
                CachePolicy.NONE,
                BlockStart.PROPOSE,
                MaskCandidates.EXCLUDE,
                DEFAULT_EPS,
                0,
                1,
                0,
                0,
                Set.of(),
                OptionalInt.empty());
    }

    /** The same with another number of steps. */
    public DecodeOptions withSteps(int newSteps) {
        return changed(draft -> draft.steps = newSteps);
    }

    /** Masks are decoded from left to right, {@code length} at a time. */
    public DecodeOptions withBlocks(int length, CachePolicy newCache) {
        return changed(draft -> {
            draft.blockLength = OptionalInt.of(length);
            draft.autoBlocks = false;
            draft.cache = newCache;
        });
    }

    /** The same with blocks whose length an engine chooses; the cache is prefix or dual. */
    public DecodeOptions withAutoBlocks(CachePolicy newCache) {
        return changed(draft -> {
            draft.blockLength = OptionalInt.empty();
            draft.autoBlocks = true;
            draft.cache = newCache;
        });
    }

    /** Whether masks are decoded in blocks from left to right. */
    public boolean inBlocks() {
        return blockLength.isPresent() || autoBlocks;
    }

    /** The same with another commit policy. */
    public DecodeOptions withCommit(CommitPolicy newCommit) {
        return changed(draft -> draft.commit = newCommit);
    }

    /** The same with another start of blocks. */
    public DecodeOptions withBlockStart(BlockStart newBlockStart) {
        return changed(draft -> draft.blockStart = newBlockStart);
    }

    /** The same with the mask allowed or excluded. */
    public DecodeOptions withMaskCandidates(MaskCandidates newMaskCandidates) {
        return changed(draft -> draft.maskCandidates = newMaskCandidates);
    }

    /** The same with another last noise level. */
    public DecodeOptions withEps(double newEps) {
        return changed(draft -> draft.eps = newEps);
    }

    /** The same with other sampling; (0, 1, 0) is arg-max without filters. */
    public DecodeOptions withSampling(double newTemperature, double newTopP, int newTopK) {
        return changed(draft -> {
            draft.temperature = newTemperature;
            draft.topP = newTopP;
            draft.topK = newTopK;
        });
    }

    /** The same with another seed. */
    public DecodeOptions withSeed(long newSeed) {
        return changed(draft -> draft.seed = newSeed);
    }

    /** The same with other end tokens. */
    public DecodeOptions withEndTokens(Set<Integer> newEndTokens) {
        return changed(draft -> draft.endTokens = newEndTokens);
    }

    /** The same with another token that closes holes, or none. */
    public DecodeOptions withHolePad(OptionalInt newHolePad) {
        return changed(draft -> draft.holePad = newHolePad);
    }

    /** The same with so many log-probabilities of each position. */
    public DecodeOptions withLogprobs(OptionalInt newLogprobs) {
        return changed(draft -> draft.logprobs = newLogprobs);
    }

    /** The same for a canvas that grows otherwise. */
    public DecodeOptions withGrowth(Growth newGrowth) {
        return changed(draft -> draft.growth = newGrowth);
    }

    private DecodeOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The values while some of them change; what does not go together is refused when they are finished. */
    private static final class Draft {
        private int steps;
        private OptionalInt blockLength;
        private boolean autoBlocks;
        private CommitPolicy commit;
        private CachePolicy cache;
        private BlockStart blockStart;
        private MaskCandidates maskCandidates;
        private double eps;
        private double temperature;
        private double topP;
        private int topK;
        private long seed;
        private Set<Integer> endTokens;
        private OptionalInt holePad;
        private OptionalInt logprobs;
        private Growth growth;

        Draft(DecodeOptions from) {
            steps = from.steps;
            blockLength = from.blockLength;
            autoBlocks = from.autoBlocks;
            commit = from.commit;
            cache = from.cache;
            blockStart = from.blockStart;
            maskCandidates = from.maskCandidates;
            eps = from.eps;
            temperature = from.temperature;
            topP = from.topP;
            topK = from.topK;
            seed = from.seed;
            endTokens = from.endTokens;
            holePad = from.holePad;
            logprobs = from.logprobs;
            growth = from.growth;
        }

        DecodeOptions finished() {
            return new DecodeOptions(
                    steps,
                    blockLength,
                    autoBlocks,
                    commit,
                    cache,
                    blockStart,
                    maskCandidates,
                    eps,
                    temperature,
                    topP,
                    topK,
                    seed,
                    endTokens,
                    holePad,
                    logprobs,
                    growth);
        }
    }

    /**
     * What else a forward is asked: the logarithms are of the softmax of all logits, whatever is filtered.
     *
     * @param canvasTokens whether the policy watches positions that hold a token
     * @param tokens that the policy asks for, by position
     */
    Optional<DetailRequest> details(boolean canvasTokens, Map<Integer, List<Integer>> tokens) {
        return logprobs.isEmpty() && commit.numBest() == 0 && !canvasTokens && tokens.isEmpty()
                ? Optional.empty()
                : Optional.of(new DetailRequest(
                        Math.max(logprobs.orElse(0), commit.numBest()),
                        canvasTokens,
                        DetailRequest.Distribution.SOFTMAX,
                        tokens));
    }

    Sampling sampling(int maskId) {
        return new Sampling(
                temperature, topP, topK, maskCandidates == MaskCandidates.EXCLUDE ? maskId : Sampling.NO_TOKEN);
    }
}
