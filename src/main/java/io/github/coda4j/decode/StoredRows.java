package io.github.coda4j.decode;

import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The keys and values that a session has stored, of which tokens they are, and so what its next forward has to run.
 * What is stored of a position is out of date when another token stands there now than when it was run.
 */
final class StoredRows {
    /** Rows between two parts that are run for nothing rather than in a forward of their own. */
    private static final int NEAR = 16;

    /** Positions of the smallest cache that grows. */
    private static final int LEAST_ROOM = 256;

    /** Nothing was run at a position yet. */
    private static final int NOTHING = -1;

    /** As {@link Denoiser#moved}. */
    @FunctionalInterface
    interface Mover {
        KvCache moved(KvCache cache, int[] from);
    }

    private final CachePolicy policy;
    private final Alignment alignment;
    private final IntFunction<KvCache> maker;
    private final Mover mover;
    private Optional<KvCache> cache;
    /** The token that each position held when it was run last. */
    private int[] ids = {};

    private int forwardsSinceFill;
    private Optional<Drift> drift = Optional.empty();
    private boolean aged;

    /** @param stored keys and values that are there from the beginning, whatever the policy */
    StoredRows(CachePolicy policy, Denoiser denoiser, Optional<KvCache> stored) {
        this.policy = policy;
        this.alignment = denoiser.alignment();
        this.maker = denoiser::newCache;
        this.mover = denoiser::moved;
        this.cache = stored;
    }

    /** What is stored; an empty cache of that many positions if there is none. */
    KvCache open(int length) {
        if (cache.isEmpty()) {
            cache = Optional.of(maker.apply(length));
        }
        return cache.get();
    }

    /**
     * A cache that has room for so many positions and becomes larger as it needs to be.
     *
     * @param most positions that it may have
     * @param settled positions that are kept when it becomes larger
     */
    KvCache growing(int length, int most, int settled) {
        int held = cache.map(KvCache::length).orElse(0);
        if (held < length) {
            int room = room(length, most, held);
            KvCache larger = cache.map(old -> beginning(old, settled, room)).orElseGet(() -> maker.apply(room));
            close();
            cache = Optional.of(larger);
        }
        return cache.orElseThrow();
    }

    /**
     * Begins {@link #growing} with a copy of what another cache has stored.
     *
     * @param settled positions that are copied, the first ones
     * @param length positions that there is room for
     */
    void begin(KvCache other, int settled, int length, int most) {
        cache = Optional.of(beginning(other, settled, room(length, most, 0)));
    }

    /** Gives away what is stored: its new owner closes it. */
    Optional<KvCache> give() {
        Optional<KvCache> given = cache;
        cache = Optional.empty();
        return given;
    }

    private static int room(int length, int most, int held) {
        return Math.min(most, Math.max(length, Math.max(2 * held, LEAST_ROOM)));
    }

    private KvCache beginning(KvCache of, int settled, int room) {
        int[] from = new int[room];
        Arrays.setAll(from, position -> position < settled ? position : NOTHING);
        return mover.moved(of, from);
    }

    /** Whether the next forward runs the whole sequence. */
    boolean runsAll(int forwardInBlock) {
        return cache.isEmpty()
                || switch (policy.refresh()) {
                    case Refresh.Blocks(int every) -> forwardInBlock == 0 || (every > 0 && forwardInBlock % every == 0);
                    case Refresh.Every(int forwards) -> forwardsSinceFill >= forwards;
                    case Refresh.Drift _ -> aged;
                    case Refresh.Never _ -> false;
                };
    }

    /**
     * Rows that are out of date and have to be run before the block's first forward, by themselves because they are far
     * from it.
     *
     * @param rows what {@link #rows} has for that forward
     */
    Optional<Block> apart(Block block, Block rows, List<Block> blocks, Canvas canvas) {
        return outOfDate(block, blocks, canvas).filter(finished -> finished.start() < rows.start());
    }

    /**
     * What a forward runs that takes the rest from the cache.
     *
     * @param block at work
     * @param first whether it is the block's first forward
     * @param blocks of the whole canvas, ascending
     * @param positions that are asked for, ascending, at least one
     * @param blockStart whether the row before the block is run too
     */
    Block rows(Block block, boolean first, List<Block> blocks, Canvas canvas, int[] positions, BlockStart blockStart) {
        int blockEnd = Math.min(block.end(), canvas.length());
        int start = blockStart == BlockStart.PROPOSE ? alignment.firstRow(block.start()) : block.start();
        int end = blockEnd;
        if (policy.rows() == CachedRows.OPEN) {
            int[] stale = stale(block.start(), blockEnd, canvas);
            start = alignment.firstRow(positions[0]);
            end = positions[positions.length - 1] + 1;
            if (stale.length > 0) {
                start = Math.min(start, stale[0]);
                end = Math.max(end, stale[stale.length - 1] + 1);
            }
        }
        if (policy instanceof CachePolicy.Prefix) {
            end = canvas.length();
        }
        if (first && !refreshesAtBlocks()) {
            Optional<Block> finished = outOfDate(block, blocks, canvas);
            if (finished.isPresent() && start - finished.get().end() <= NEAR) {
                start = Math.min(start, finished.get().start());
            }
            int[] added = stale(end, canvas.length(), canvas); // a chunk that begins with the block
            end = added.length > 0 ? added[added.length - 1] + 1 : end;
        }
        return new Block(start, end);
    }

    /** The rows before the block that are out of date, whole blocks where blocks are run as a whole. */
    private Optional<Block> outOfDate(Block block, List<Block> blocks, Canvas canvas) {
        int[] stale = stale(0, block.start(), canvas);
        if (stale.length == 0) {
            return Optional.empty();
        }
        int start = stale[0];
        int end = stale[stale.length - 1] + 1;
        if (policy.rows() == CachedRows.OPEN) {
            return Optional.of(new Block(start, end));
        }
        return Optional.of(new Block(
                around(start, blocks).map(Block::start).orElse(start),
                around(end - 1, blocks).map(Block::end).orElse(end)));
    }

    private static Optional<Block> around(int position, List<Block> blocks) {
        return blocks.stream().filter(block -> block.contains(position)).findFirst();
    }

    private int[] stale(int start, int end, Canvas canvas) {
        return IntStream.range(start, end)
                .filter(position -> ids[position] != canvas.id(position))
                .toArray();
    }

    /** Whether a block begins with a run of the whole sequence. */
    boolean refreshesAtBlocks() {
        return policy.refresh() instanceof Refresh.Blocks;
    }

    /** Told of every forward. */
    void ran(ForwardPlan plan) {
        switch (plan.cache()) {
            case CacheAccess.None _, CacheAccess.Append _ -> {}
            case CacheAccess.Fill(KvCache filled) -> {
                ids = plan.ids().clone();
                forwardsSinceFill = 1;
                aged = false;
                drift = policy.refresh() instanceof Refresh.Drift
                        ? Optional.of(new Drift(plan.ids().clone(), filled.deepestValues(0, filled.length())))
                        : Optional.empty();
            }
            case CacheAccess.Reuse(KvCache reused) -> {
                if (ids.length > 0) {
                    System.arraycopy(plan.ids(), 0, ids, plan.start(), plan.ids().length);
                }
                forwardsSinceFill++;
                if (policy.refresh() instanceof Refresh.Drift(double most)) {
                    aged = drift.map(since -> since.of(plan, reused)).orElse(0.0) > most;
                }
            }
        }
    }

    /**
     * The canvas ends elsewhere. At block starts everything is run anew anyway; else what is stored is kept, and masks
     * that follow a mask are taken to look as that one does until they are run.
     */
    void resized(Canvas canvas) {
        if (cache.isEmpty()) {
            return;
        }
        if (refreshesAtBlocks()) {
            close();
            return;
        }
        int last = ids.length - 1;
        boolean alike = ids[last] == canvas.maskId();
        int[] from = IntStream.range(0, canvas.length())
                .map(position -> position <= last ? position : alike ? last : NOTHING)
                .toArray();
        KvCache before = cache.get();
        cache = Optional.of(mover.moved(before, from));
        before.close();
        ids = Arrays.copyOf(ids, from.length);
        if (from.length > last + 1) {
            Arrays.fill(ids, last + 1, from.length, alike ? canvas.maskId() : NOTHING);
        }
        drift = drift.map(since -> since.resized(from.length));
    }

    void close() {
        cache.ifPresent(KvCache::close);
        cache = Optional.empty();
    }

    /**
     * What a run of the whole sequence stored in the deepest layer.
     *
     * @param ids [L] the tokens then; {@link #NOTHING} for positions that came later
     * @param values [L, width]
     */
    private record Drift(int[] ids, float[] values) {
        /** The relative change of the rows that the forward ran again and that hold what they held then; 0 for none. */
        double of(ForwardPlan plan, KvCache cache) {
            int width = values.length / ids.length;
            float[] now = cache.deepestValues(plan.start(), plan.end());
            double change = 0;
            double before = 0;
            for (int row = 0; row < plan.ids().length; row++) {
                int position = plan.start() + row;
                if (plan.ids()[row] == ids[position]) {
                    for (int i = 0; i < width; i++) {
                        double was = values[position * width + i];
                        double is = now[row * width + i];
                        change += (is - was) * (is - was);
                        before += was * was;
                    }
                }
            }
            return before == 0 ? 0 : Math.sqrt(change / before);
        }

        Drift resized(int length) {
            int width = values.length / ids.length;
            int[] all = Arrays.copyOf(ids, length);
            if (length > ids.length) {
                Arrays.fill(all, ids.length, length, NOTHING);
            }
            return new Drift(all, Arrays.copyOf(values, length * width));
        }
    }
}
