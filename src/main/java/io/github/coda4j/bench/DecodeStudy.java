package io.github.coda4j.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.AssumedCommits;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.decode.Refresh;
import io.github.coda4j.decode.Rehearsal;
import io.github.coda4j.decode.StepCosts;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What an answer takes if a rule commits a certain number of tokens a forward: runs of the whole sequence and others
 * apart, and how many commits a forward it would take to reach a speed.
 */
public final class DecodeStudy {
    private static final double FINEST = 0.05;

    /** A forward and what it took. */
    private record Timed(Rehearsal.Forward forward, double seconds) {}

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
    /** What forwards took, of all ways together. */
    private final Map<Rehearsal.Forward, List<Double>> seen = new HashMap<>();

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
        run(options.withCommit(new AssumedCommits(tokens)));
    }

    /**
     * Decodes an answer.
     *
     * @param options in blocks; the rule of commitment does not count
     * @param commits assumed for each forward, at least 1
     */
    public Result measure(DecodeOptions options, double commits) {
        List<Timed> forwards = run(options.withCommit(new AssumedCommits(commits)));
        forwards.forEach(timed ->
                seen.computeIfAbsent(timed.forward(), _ -> new ArrayList<>()).add(timed.seconds()));
        List<Timed> full =
                forwards.stream().filter(timed -> timed.forward().all()).toList();
        List<Timed> cached =
                forwards.stream().filter(timed -> !timed.forward().all()).toList();
        return new Result(
                (double) tokens / forwards.size(),
                full.size(),
                cached.size(),
                full.stream().mapToDouble(Timed::seconds).sum(),
                cached.stream().mapToDouble(Timed::seconds).sum(),
                tokens);
    }

    /**
     * The fewest commits per forward, in steps of 0.05 up to a block, at which answers are that fast: the forwards are
     * those that the session plans, each at the median of what its like took in all measurements so far. Empty where
     * none are enough, and where drift decides, which only a model shows.
     */
    public OptionalDouble commitsFor(DecodeOptions options, double tokensPerSecond) {
        Optional<StepCosts> costs = costs();
        if (options.cache().refresh() instanceof Refresh.Drift || costs.isEmpty()) {
            return OptionalDouble.empty();
        }
        int most = options.blockLength().orElse(tokens);
        for (int i = 0; 1 + i * FINEST <= most; i++) {
            double commits = 1 + i * FINEST;
            DecodeOptions assumed = options.withCommit(new AssumedCommits(commits));
            double seconds = costs.get().of(Rehearsal.of(canvas(), assumed, model));
            if (tokens / seconds >= tokensPerSecond) {
                return OptionalDouble.of(commits);
            }
        }
        return OptionalDouble.empty();
    }

    /** Medians; empty until there is a forward of each kind. */
    private Optional<StepCosts> costs() {
        TreeMap<Integer, Double> cached = new TreeMap<>();
        TreeMap<Integer, Double> whole = new TreeMap<>();
        seen.forEach((forward, seconds) -> (forward.all() ? whole : cached).put(forward.rows(), median(seconds)));
        return cached.isEmpty() || whole.isEmpty() ? Optional.empty() : Optional.of(new StepCosts(cached, whole));
    }

    private static double median(List<Double> seconds) {
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private Canvas canvas() {
        return Canvas.forCompletion(prompt, tokens, model.maskId());
    }

    private List<Timed> run(DecodeOptions options) {
        List<Timed> forwards = new ArrayList<>();
        try (DecodeSession session = DecodeSession.open(canvas(), options, model)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                long start = nanos.getAsLong();
                Proposals answer = model.forward(List.of(plan)).getFirst();
                double seconds = 1e-9 * (nanos.getAsLong() - start);
                session.apply(answer);
                forwards.add(new Timed(Rehearsal.Forward.of(plan), seconds));
            }
        }
        return forwards;
    }
}
