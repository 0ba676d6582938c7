package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.diffusion.Alignment;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Proposals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What an answer takes if a rule commits a certain number of tokens a forward: runs of the whole sequence and others
 * apart, and how many commits a forward it would take to reach a speed.
 */
public final class DecodeStudy {
    private static final double FINEST = 0.05;

    /** A forward: how many rows, whether it ran the whole sequence, and what it took. */
    private record Forward(int rows, boolean full, double seconds) {}

    /**
     * What one way to decode took.
     *
     * @param reached commits per forward, which ends of blocks make fewer than were assumed
     * @param full forwards over the whole sequence
     * @param cached the others, those that store rows among them
     * @param fullSeconds of the first
     * @param cachedSeconds of the others
     * @param tokens of the answer
     */
    public record Result(double reached, int full, int cached, double fullSeconds, double cachedSeconds, int tokens) {
        public double tokensPerSecond() {
            return tokens / (fullSeconds + cachedSeconds);
        }
    }

    private final Denoiser model;
    private final LongSupplier nanos;
    private final int[] prompt;
    private final int tokens;
    /** What forwards took that took the rest from a cache, by their rows; of all ways together. */
    private final Map<Integer, List<Double>> byRows = new TreeMap<>();

    private final List<Double> ofFull = new ArrayList<>();

    /**
     * A study of answers of the same length to the same prompt of random ids.
     *
     * @param promptTokens at least 1
     * @param tokens of an answer, at least 1
     */
    public DecodeStudy(Denoiser model, int promptTokens, int tokens) {
        this(model, promptTokens, tokens, System::nanoTime);
    }

    DecodeStudy(Denoiser model, int promptTokens, int tokens, LongSupplier nanos) {
        this.nanos = nanos;
        check(promptTokens >= 1 && tokens >= 1, "an answer of %d tokens to a prompt of %d", tokens, promptTokens);
        this.model = model;
        this.tokens = tokens;
        this.prompt = new SplittableRandom(1)
                .ints(promptTokens, 0, model.vocabSize())
                .map(id -> id == model.maskId() ? 0 : id)
                .toArray();
    }

    /** Runs some forwards that do not count. */
    public void warmUp(DecodeOptions options) {
        run(model, options.withCommit(new AssumedCommits(tokens)));
    }

    /**
     * Decodes an answer.
     *
     * @param options in blocks; the rule of commitment does not count
     * @param commits assumed for each forward, at least 1
     */
    public Result measure(DecodeOptions options, double commits) {
        List<Forward> forwards = run(model, options.withCommit(new AssumedCommits(commits)));
        forwards.forEach(
                forward -> (forward.full() ? ofFull : byRows.computeIfAbsent(forward.rows(), _ -> new ArrayList<>()))
                        .add(forward.seconds()));
        return new Result(
                (double) tokens / forwards.size(),
                (int) forwards.stream().filter(Forward::full).count(),
                (int) forwards.stream().filter(forward -> !forward.full()).count(),
                forwards.stream()
                        .filter(Forward::full)
                        .mapToDouble(Forward::seconds)
                        .sum(),
                forwards.stream()
                        .filter(forward -> !forward.full())
                        .mapToDouble(Forward::seconds)
                        .sum(),
                tokens);
    }

    /**
     * The fewest commits per forward, in steps of 0.05 up to a block, at which answers are that fast: the forwards are
     * those that the session plans, each at the median of what its like took in all measurements so far. Empty where
     * none are enough, and where drift decides, which only a model shows.
     */
    public OptionalDouble commitsFor(DecodeOptions options, double tokensPerSecond) {
        if (options.cache().refresh() instanceof Refresh.Drift || byRows.isEmpty() || ofFull.isEmpty()) {
            return OptionalDouble.empty();
        }
        Canned canned = new Canned(model);
        int most = options.blockLength().orElse(tokens);
        for (int i = 0; 1 + i * FINEST <= most; i++) {
            double commits = 1 + i * FINEST;
            double seconds = run(canned, options.withCommit(new AssumedCommits(commits))).stream()
                    .mapToDouble(forward -> forward.full() ? median(ofFull) : ofRows(forward.rows()))
                    .sum();
            if (tokens / seconds >= tokensPerSecond) {
                return OptionalDouble.of(commits);
            }
        }
        return OptionalDouble.empty();
    }

    /** The time of a forward of so many rows: measured, or on the line through its neighbors. */
    private double ofRows(int rows) {
        TreeMap<Integer, Double> known = byRows.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> median(entry.getValue()), (a, _) -> a, TreeMap::new));
        Map.Entry<Integer, Double> below = known.floorEntry(rows);
        Map.Entry<Integer, Double> above = known.ceilingEntry(rows);
        if (below == null || above == null) {
            return (below == null ? above : below).getValue();
        }
        int width = above.getKey() - below.getKey();
        double share = width == 0 ? 0 : (double) (rows - below.getKey()) / width;
        return below.getValue() + share * (above.getValue() - below.getValue());
    }

    private static double median(List<Double> seconds) {
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private List<Forward> run(Denoiser by, DecodeOptions options) {
        List<Forward> forwards = new ArrayList<>();
        Canvas canvas = Canvas.forCompletion(prompt, tokens, by.maskId());
        try (DecodeSession session = DecodeSession.open(canvas, options, by)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                long start = nanos.getAsLong();
                Proposals answer = by.forward(List.of(plan)).getFirst();
                double seconds = 1e-9 * (nanos.getAsLong() - start);
                session.apply(answer);
                boolean full = !(plan.cache() instanceof CacheAccess.Reuse);
                forwards.add(new Forward(plan.ids().length, full, seconds));
            }
        }
        return forwards;
    }

    /** Answers as a model would that proposes its first token everywhere, and runs nothing. */
    record Canned(Denoiser like) implements Denoiser {
        /** Keys and values that nobody stored. */
        record Nothing(int length) implements KvCache {
            @Override
            public long bytes() {
                return length;
            }

            @Override
            public float[] deepestValues(int start, int end) {
                return new float[end - start];
            }

            @Override
            public void close() {}
        }

        @Override
        public int maskId() {
            return like.maskId();
        }

        @Override
        public Alignment alignment() {
            return like.alignment();
        }

        @Override
        public int vocabSize() {
            return like.vocabSize();
        }

        @Override
        public int maxPositions() {
            return like.maxPositions();
        }

        @Override
        public KvCache newCache(int length) {
            return new Nothing(length);
        }

        @Override
        public KvCache moved(KvCache cache, int[] from) {
            return new Nothing(from.length);
        }

        @Override
        public List<Proposals> forward(List<ForwardPlan> plans) {
            return plans.stream().map(this::answer).toList();
        }

        private Proposals answer(ForwardPlan plan) {
            Proposals proposals = Proposals.of(plan);
            Arrays.fill(proposals.tokens(), maskId() == 0 ? 1 : 0);
            Arrays.fill(proposals.probability(), 1);
            return proposals;
        }

        @Override
        public void close() {}
    }
}
