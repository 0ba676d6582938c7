package io.github.coda4j.decode;

import io.github.coda4j.decode.commit.Draws;
import io.github.coda4j.diffusion.Block;
import io.github.coda4j.diffusion.BlockGrid;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import java.util.List;
import java.util.Optional;

/**
 * Which rows a session's forward runs and against what: by the policy of caches, by the blocks of a model whose
 * attention is block-causal, or some positions alone.
 */
final class PlannedRows {
    private final Canvas canvas;
    private final DecodeOptions options;
    private final StoredRows stored;
    private final Optional<BlockGrid> grid;
    private final Optional<Block> alone;
    private final List<Block> blocks;
    private final Sampling sampling;
    private final Draws draws;

    /**
     * @param grid the model's blocks, where its attention is block-causal
     * @param alone what every forward runs, if the rest is stored once and for all
     * @param blocks of the whole canvas, ascending
     */
    PlannedRows(
            Canvas canvas,
            DecodeOptions options,
            StoredRows stored,
            Optional<BlockGrid> grid,
            Optional<Block> alone,
            List<Block> blocks,
            Draws draws) {
        this.canvas = canvas;
        this.options = options;
        this.stored = stored;
        this.grid = grid;
        this.alone = alone;
        this.blocks = blocks;
        this.sampling = options.sampling(canvas.maskId());
        this.draws = draws;
    }

    /**
     * A plan that asks for the positions; for none where rows are only to be stored before the forward that asks.
     *
     * @param block at work
     * @param numForwards that the block has had
     * @param unsettled of a block-causal model: what a forward runs, the rows that are not stored for good
     * @param positions ascending, at least one
     * @param step of the session
     */
    ForwardPlan plan(Block block, int numForwards, Block unsettled, int[] positions, int step) {
        if (alone.isPresent()) {
            return plan(whole(), CacheAccess.NONE, positions, step).alone(alone.get(), stored.open(canvas.length()));
        }
        if (grid.isPresent()) {
            KvCache growing = stored.growing(unsettled.end(), canvas.length(), unsettled.start());
            return plan(unsettled, new CacheAccess.Append(growing, grid.get()), positions, step);
        }
        if (options.cache() instanceof CachePolicy.None) {
            return plan(whole(), CacheAccess.NONE, positions, step);
        }
        if (stored.runsAll(numForwards)) {
            return plan(whole(), new CacheAccess.Fill(stored.open(canvas.length())), positions, step);
        }
        boolean first = numForwards == 0;
        CacheAccess reuse = new CacheAccess.Reuse(stored.open(canvas.length()));
        Block rows = stored.rows(block, first, blocks, canvas, positions, options.blockStart());
        Optional<Block> apart =
                first && !stored.refreshesAtBlocks() ? stored.apart(block, rows, blocks, canvas) : Optional.empty();
        return apart.map(before -> plan(before, reuse, new int[0], step))
                .orElseGet(() -> plan(rows, reuse, positions, step));
    }

    private Block whole() {
        return new Block(0, canvas.length());
    }

    private ForwardPlan plan(Block rows, CacheAccess access, int[] positions, int step) {
        int[] ids = canvas.ids(rows.start(), rows.end());
        return new ForwardPlan(ids, rows.start(), access, positions, sampling, draws.tokenKey(step));
    }
}
