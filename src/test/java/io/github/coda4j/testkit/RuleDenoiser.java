package io.github.coda4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.BlockCausal;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.ProposalDetails;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.TokenFilter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A network whose answer for a position is a function of the sequence as it sees it, cached parts as they were when
 * they were stored, so that answers of packed and single requests can be compared. Checks that caches are filled before
 * they are reused and closed once, and that one thread uses it.
 */
public final class RuleDenoiser implements Denoiser {
    /** What is proposed for a position of a sequence. */
    @FunctionalInterface
    public interface Rule {
        int token(int[] sequence, int position);
    }

    /** How sure the network is of its proposal, in (0, 1). */
    @FunctionalInterface
    public interface Sureness {
        double of(int[] sequence, int position);
    }

    /** What a cache has at a position that nothing was moved to. */
    private static final int NOTHING = -1;

    private final Rule rule;
    private final Sureness sureness;
    private final int maxPositions;
    private final Alignment alignment;
    private final Optional<BlockCausal> blocks;
    private final AtomicInteger openCaches = new AtomicInteger();
    private final List<List<ForwardPlan>> passes = new CopyOnWriteArrayList<>();
    private volatile Consumer<List<ForwardPlan>> beforeForward = plans -> {};
    private volatile IntConsumer beforeCache = length -> {};
    private volatile Thread user;

    /** Surer of one position than of another by a hash of the sequence. */
    public RuleDenoiser(int maxPositions, Rule rule) {
        this(maxPositions, rule, (sequence, position) -> hash(sequence, -1 - position));
    }

    public RuleDenoiser(int maxPositions, Rule rule, Sureness sureness) {
        this(maxPositions, rule, sureness, Alignment.SHIFTED, Optional.empty());
    }

    private RuleDenoiser(
            int maxPositions, Rule rule, Sureness sureness, Alignment alignment, Optional<BlockCausal> blocks) {
        this.maxPositions = maxPositions;
        this.rule = rule;
        this.sureness = sureness;
        this.alignment = alignment;
        this.blocks = blocks;
    }

    /** Proposes a letter that depends on everything in the sequence and on the position. */
    public static RuleDenoiser ofHash() {
        return new RuleDenoiser(4096, (sequence, position) -> 'a' + (int) (26 * hash(sequence, position)));
    }

    /** The same with block-causal attention: a letter depends on the blocks up to its row's. */
    public static RuleDenoiser inBlocks(Alignment alignment, BlockCausal blocks) {
        return new RuleDenoiser(
                4096,
                (sequence, position) -> 'a' + (int) (26 * hash(sequence, position)),
                (sequence, position) -> hash(sequence, -1 - position),
                alignment,
                Optional.of(blocks));
    }

    /** Tokens that all passes have run. */
    public long tokens() {
        return passes.stream()
                .flatMap(List::stream)
                .mapToLong(plan -> plan.ids().length)
                .sum();
    }

    /** Called with the plans of each pass before it runs; may wait or throw. */
    public void beforeForward(Consumer<List<ForwardPlan>> hook) {
        beforeForward = hook;
    }

    /** Called with the length of each cache before it is made; may throw. */
    public void beforeCache(IntConsumer hook) {
        beforeCache = hook;
    }

    /** Caches made and not closed. */
    public int openCaches() {
        return openCaches.get();
    }

    /** The plans of every pass, in order. */
    public List<List<ForwardPlan>> passes() {
        return passes;
    }

    @Override
    public int maskId() {
        return ByteTokenizer.MASK;
    }

    @Override
    public Alignment alignment() {
        return alignment;
    }

    @Override
    public Optional<BlockCausal> blocks() {
        return blocks;
    }

    @Override
    public int vocabSize() {
        return ByteTokenizer.MASK + 3;
    }

    @Override
    public int maxPositions() {
        return maxPositions;
    }

    @Override
    public KvCache newCache(int length) {
        checkThread();
        beforeCache.accept(length);
        openCaches.incrementAndGet();
        return new Cache(length);
    }

    @Override
    public KvCache moved(KvCache cache, int[] from) {
        Cache moved = (Cache) newCache(from.length);
        moved.takeOver((Cache) cache, from);
        return moved;
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        checkThread();
        passes.add(List.copyOf(plans));
        beforeForward.accept(plans);
        return plans.stream().map(this::answer).toList();
    }

    @Override
    public void close() {}

    private Proposals answer(ForwardPlan plan) {
        int[] sequence = sequence(plan);
        Proposals proposals = Proposals.of(plan);
        for (int i = 0; i < proposals.size(); i++) {
            int position = plan.positions()[i];
            float confidence = (float) sureness.of(sequence, position);
            proposals.tokens()[i] = allowed(plan.filter(i), rule.token(sequence, position));
            proposals.probability()[i] = confidence;
            proposals.margin()[i] = confidence;
            proposals.negativeEntropy()[i] = confidence - 1;
            int index = i;
            proposals.details().ifPresent(details -> answer(plan, proposals, details, index, sequence));
        }
        return proposals;
    }

    /** The token, or the next one that may be proposed. */
    private int allowed(TokenFilter filter, int token) {
        int found = token;
        while (!filter.allows(found)) {
            found = (found + 1) % ByteTokenizer.MASK;
        }
        return found;
    }

    /** All that is not proposed is equally probable; nothing is said of it among the best tokens. */
    private void answer(ForwardPlan plan, Proposals proposals, ProposalDetails details, int index, int[] sequence) {
        int position = plan.positions()[index];
        int first = index * details.request().candidates();
        details.proposed()[index] = logProbability(proposals, index, proposals.tokens()[index]);
        if (details.request().candidates() > 0) {
            details.candidates()[first] = proposals.tokens()[index];
            details.logProbabilities()[first] = details.proposed()[index];
        }
        if (details.request().canvasToken()) {
            details.canvasToken()[index] = (float) hash(sequence, 1_000_000 + position);
        }
        int[] asked = details.request().tokens(position);
        for (int i = 0; i < asked.length; i++) {
            details.asked()[index][i] = logProbability(proposals, index, asked[i]);
        }
    }

    private float logProbability(Proposals proposals, int index, int token) {
        double p = proposals.probability()[index];
        return (float) Math.log(token == proposals.tokens()[index] ? p : (1 - p) / (vocabSize() - 1));
    }

    private int[] sequence(ForwardPlan plan) {
        return switch (plan.cache()) {
            case CacheAccess.None() -> plan.ids().clone();
            case CacheAccess.Fill(KvCache cache) -> ((Cache) cache).fill(plan.ids());
            case CacheAccess.Reuse(KvCache cache) -> ((Cache) cache).reuse(plan.ids(), plan.start());
            case CacheAccess.Append(KvCache cache, BlockGrid grid) -> {
                assertThat(blocks).as("this model's blocks").isPresent();
                int row =
                        plan.positions().length == 0 ? plan.start() : alignment.row(plan.positions()[0], plan.start());
                yield ((Cache) cache).append(plan.ids(), plan.start(), grid, row);
            }
        };
    }

    private static double hash(int[] sequence, int position) {
        long key = 17;
        for (int id : sequence) {
            key = CounterRandom.key(key, id);
        }
        return CounterRandom.uniform(key, position);
    }

    private void checkThread() {
        if (user == null) {
            user = Thread.currentThread();
        }
        assertThat(Thread.currentThread()).as("the thread that uses the model").isSameAs(user);
    }

    private final class Cache implements KvCache {
        private final int[] ids;
        private final float[] values;
        /** In block-causal attention: all that a position has seen when it was run. */
        private final long[] seen;

        private boolean filled;
        private boolean closed;

        Cache(int length) {
            ids = new int[length];
            values = new float[length];
            seen = new long[length];
        }

        /** What the row's block sees: what has gone into the blocks before it, and its own tokens. */
        int[] append(int[] some, int start, BlockGrid grid, int row) {
            assertThat(closed).isFalse();
            assertThat(grid.start(start)).as("a run begins with a block").isEqualTo(start);
            filled = true;
            System.arraycopy(some, 0, ids, start, some.length);
            int end = start + some.length;
            for (int first = start; first < end; first = grid.end(first)) {
                long state = before(first);
                int last = Math.min(end, grid.end(first));
                for (int position = first; position < last; position++) {
                    state = CounterRandom.key(state, ids[position]);
                }
                Arrays.fill(seen, first, last, state);
            }
            int first = grid.start(row);
            int last = Math.min(end, grid.end(row));
            int[] sight = new int[2 + last - first];
            sight[0] = (int) before(first);
            sight[1] = (int) (before(first) >>> 32);
            System.arraycopy(ids, first, sight, 2, last - first);
            return sight;
        }

        private long before(int first) {
            return first == 0 ? 17 : seen[first - 1];
        }

        void takeOver(Cache other, int[] from) {
            assertThat(other.closed).isFalse();
            assertThat(other.filled).isTrue();
            filled = true;
            Arrays.setAll(ids, i -> from[i] < 0 ? NOTHING : other.ids[from[i]]);
            for (int i = 0; i < from.length; i++) {
                values[i] = from[i] < 0 ? 0 : other.values[from[i]];
                seen[i] = from[i] < 0 ? NOTHING : other.seen[from[i]];
            }
        }

        int[] fill(int[] all) {
            assertThat(closed).isFalse();
            assertThat(all).hasSameSizeAs(ids);
            filled = true;
            return reuse(all, 0);
        }

        int[] reuse(int[] some, int start) {
            assertThat(closed).isFalse();
            assertThat(filled).isTrue();
            System.arraycopy(some, 0, ids, start, some.length);
            Arrays.fill(values, start, start + some.length, (float) (1 + hash(ids, 0)));
            return ids.clone();
        }

        @Override
        public int length() {
            return ids.length;
        }

        @Override
        public long bytes() {
            return Long.BYTES * (long) ids.length;
        }

        /** A hash of the whole sequence as the position saw it when it was run. */
        @Override
        public float[] deepestValues(int start, int end) {
            return Arrays.copyOfRange(values, start, end);
        }

        @Override
        public void close() {
            checkThread();
            assertThat(closed).isFalse();
            closed = true;
            openCaches.decrementAndGet();
        }
    }
}
