package io.github.coda4j.model;

import io.github.coda4j.Closing;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import io.github.coda4j.tensor.DType;
import io.github.coda4j.tensor.Libtorch;
import io.github.coda4j.tensor.WorkerTeam;
import io.github.coda4j.tensor.products.ProductPaths;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The model for the CPU: packed weights of any format cut over a team of workers, fused passes between the products,
 * attention with the query heads of one key/value head folded into rows, all sequences of a forward packed into one set
 * of rows, logits only for the rows that are asked for. Never differentiable.
 */
public final class FastTransformer implements Transformer {
    // T packed tokens of all sequences, R rows of logits that are asked for, V vocabulary

    private final ModelConfig config;
    private final FastWeights weights;
    private final WorkerTeam team;
    private final Workspace workspace;
    private final Rotary rotary;
    private final Numbers numbers;
    private final Closing closing = new Closing();

    private FastTransformer(ModelConfig config, FastWeights weights, WorkerTeam team, Numbers numbers) {
        this.config = config;
        this.weights = weights;
        this.team = team;
        this.workspace = new Workspace(team.size());
        this.rotary = new Rotary(config);
        this.numbers = numbers;
    }

    static FastTransformer load(ModelConfig config, WeightSource source, LoadOptions options) {
        return load(config, source, options, ProductPaths.here());
    }

    /** The same with products that run in given ways, which must be right on this processor. */
    static FastTransformer load(ModelConfig config, WeightSource source, LoadOptions options, ProductPaths paths) {
        source.quantized().filter(stored -> stored != options.format()).ifPresent(stored -> {
            throw new IllegalArgumentException("the checkpoint is " + stored + "; load it with --dtype " + stored
                    + ", or take the one it was made from");
        });
        WorkerTeam team = new WorkerTeam(FastWeights.usefulWorkers(config, options.threads()));
        try {
            Numbers numbers = new Numbers(options.format(), paths);
            FastWeights weights = FastWeights.load(config, numbers, source, team);
            return new FastTransformer(config, weights, team, numbers);
        } catch (RuntimeException | Error e) {
            team.close();
            throw e;
        }
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    public WeightFormat format() {
        return numbers.format();
    }

    /** What kind of products a format runs, for comparisons with the machine's best: F32, BF16 or U8 inputs. */
    public static DType productType(WeightFormat format) {
        return format.productType();
    }

    /** Worker threads that a forward uses. */
    public int workers() {
        return team.size();
    }

    @Override
    public KvCache newCache(int length) {
        return new FastKvCache(config, length, config.layers(), numbers.attention());
    }

    @Override
    public synchronized KvCache moved(KvCache cache, int[] from) {
        closing.checkOpen("the model");
        PlanChecks.checkMoved(cache, from);
        rotary.ensure(Math.max(cache.length(), from.length));
        return PlanChecks.own(cache, FastKvCache.class).moved(from, rotary);
    }

    @Override
    public float[] logits(int[] ids, int start, CacheAccess cache) {
        int vocab = config.vocabSize();
        float[] logits = new float[Math.multiplyExact(ids.length, vocab)];
        ForwardPlan plan = new ForwardPlan(ids, start, cache, new int[0], Sampling.GREEDY, 0);
        PlanChecks.check(config, plan);
        int[] all = new int[ids.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        run(
                List.of(plan),
                all,
                (index, row) -> MemorySegment.copy(row, ValueLayout.JAVA_FLOAT, 0, logits, index * vocab, vocab),
                PassClock.OFF);
        return logits;
    }

    @Override
    public List<Proposals> forward(List<ForwardPlan> plans) {
        return forward(plans, PassClock.OFF);
    }

    /** The same with a clock of this transformer's that sees where its time goes. For the bench. */
    public List<Proposals> forward(List<ForwardPlan> plans, PassClock clock) {
        List<Proposals> answers = new ArrayList<>();
        List<int[]> wanted = new ArrayList<>(); // {plan, index within the plan}
        int rowCount = plans.stream().mapToInt(plan -> plan.positions().length).sum();
        int[] rows = new int[rowCount]; // [R], each in [0, T)
        int first = 0;
        for (int p = 0; p < plans.size(); p++) {
            ForwardPlan plan = plans.get(p);
            PlanChecks.check(config, plan);
            answers.add(Proposals.of(plan));
            int[] planRows = Proposer.rows(plan, config.alignment());
            for (int i = 0; i < planRows.length; i++) {
                rows[wanted.size()] = first + planRows[i];
                wanted.add(new int[] {p, i});
            }
            first += plan.ids().length;
        }
        run(
                plans,
                rows,
                (index, row) -> {
                    int[] where = wanted.get(index);
                    Proposer.propose(plans.get(where[0]), where[1], row, 0, config.vocabSize(), answers.get(where[0]));
                },
                clock);
        return answers;
    }

    private synchronized void run(List<ForwardPlan> plans, int[] rows, FastPass.RowSink sink, PassClock clock) {
        closing.checkOpen("the model");
        if (plans.isEmpty()) {
            return;
        }
        Libtorch.setBlasThreads(1);
        rotary.ensure(plans.stream().mapToInt(ForwardPlan::end).max().orElse(1));
        new FastPass(config, weights, team, workspace, rotary, numbers, plans, rows, sink, clock).run();
    }

    /**
     * Runs the matrix products of a forward alone, without norms, attention or activations: the time that no fused pass
     * can beat. For the bench.
     */
    public synchronized void productsAlone(int tokens, int rows) {
        closing.checkOpen("the model");
        new ProductsAlone(weights, team, workspace, config).run(tokens, rows);
    }

    @Override
    public synchronized void close() {
        closing.once(() -> Closing.all(team, weights, workspace));
    }
}
