package io.github.coda4j.decode;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.KvCache;
import io.github.coda4j.model.plan.Sampling;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What forwards take, by their rows: those that take the rest of a sequence from a cache, and those that run all of it.
 * Between two numbers of rows that were measured the time lies on their line, beyond the largest on the line through
 * the last two; fewer rows than the least take as long as that.
 *
 * @param cached seconds by rows
 * @param whole seconds by the tokens of the sequence, at least one
 */
public record StepCosts(NavigableMap<Integer, Double> cached, NavigableMap<Integer, Double> whole) {
    private static final int LONGEST = 384;
    private static final List<Integer> BLOCKS = List.of(8, 16, 32, 64);
    private static final int PROPOSED = 8;
    /** After this much time no shape is run once more. */
    private static final long ENOUGH_NANOS = 200_000_000L;
    /** Where a first round takes as long, what it takes to get warm is small against it. */
    private static final long LONG_NANOS = 1_000_000_000L;

    private static final int MOST_ROUNDS = 8;

    public StepCosts {
        cached = new TreeMap<>(cached);
        whole = new TreeMap<>(whole);
        check(!cached.isEmpty() && !whole.isEmpty(), "step costs need a forward of each kind");
        for (Map<Integer, Double> costs : List.of(cached, whole)) {
            costs.forEach((rows, seconds) -> check(
                    rows >= 1 && seconds > 0 && Double.isFinite(seconds),
                    "a forward of %d rows cannot take %s s",
                    rows,
                    seconds));
        }
    }

    /** What a forward takes, in seconds. */
    public double of(Rehearsal.Forward forward) {
        return at(forward.all() ? whole : cached, forward.rows());
    }

    /** What some forwards take together, in seconds. */
    public double of(List<Rehearsal.Forward> forwards) {
        return forwards.stream().mapToDouble(this::of).sum();
    }

    private static double at(NavigableMap<Integer, Double> known, int rows) {
        Map.Entry<Integer, Double> above = known.ceilingEntry(rows);
        Map.Entry<Integer, Double> below = known.floorEntry(rows);
        if (below == null) {
            return above.getValue();
        }
        if (above == null) {
            above = below;
            below = known.lowerEntry(above.getKey());
            if (below == null) {
                return above.getValue();
            }
        }
        if (above.getKey().equals(below.getKey())) {
            return below.getValue();
        }
        double slope = (above.getValue() - below.getValue()) / (above.getKey() - below.getKey());
        // Noise may have made more rows cheaper; beyond what was measured nothing becomes free.
        return Math.max(
                below.getValue() + slope * (rows - below.getKey()), Math.min(below.getValue(), above.getValue()));
    }

    /**
     * Measures: runs of sequences of {@value #LONGEST} tokens and of a third of them, and of blocks of 8 to 64 against
     * a cache of the long one; each at least twice, the fastest counts, until a fifth of a second is over. A model that
     * takes more than a second for a round runs it once.
     *
     * @param model sees whole sequences; shorter ones where it takes no longer ones
     * @param nanos the clock
     */
    public static StepCosts measure(Denoiser model, LongSupplier nanos) {
        check(model.blocks().isEmpty(), "a block-causal model has blocks of its own");
        int longest = Math.min(LONGEST, model.maxPositions());
        int shorter = Math.max(1, longest / 3);
        int before = 1 - model.alignment().firstRow(1); // rows that a block's first token needs besides
        Map<Integer, Double> cached = new HashMap<>();
        Map<Integer, Double> whole = new HashMap<>();
        int[] ids = IntStream.range(0, longest)
                .map(i -> i % model.vocabSize() == model.maskId() ? 0 : i % model.vocabSize())
                .toArray();
        try (KvCache cache = model.newCache(longest)) {
            long begin = nanos.getAsLong();
            for (int round = 0; round < MOST_ROUNDS; round++) {
                long taken = nanos.getAsLong() - begin;
                if (round > 0 && (taken > LONG_NANOS || (round > 1 && taken > ENOUGH_NANOS))) {
                    break;
                }
                time(model, plan(ids, 0, shorter, CacheAccess.NONE), shorter, whole, nanos);
                time(model, plan(ids, 0, longest, new CacheAccess.Fill(cache)), longest, whole, nanos);
                for (int block : BLOCKS) {
                    if (block <= longest / 2 || block == BLOCKS.getFirst()) {
                        int run = Math.min(block + before, longest);
                        ForwardPlan plan = plan(ids, longest - run, longest, new CacheAccess.Reuse(cache));
                        time(model, plan, run, cached, nanos);
                    }
                }
            }
        }
        return new StepCosts(new TreeMap<>(cached), new TreeMap<>(whole));
    }

    private static void time(
            Denoiser model, ForwardPlan plan, int rows, Map<Integer, Double> best, LongSupplier nanos) {
        long start = nanos.getAsLong();
        model.forward(List.of(plan));
        // A clock may be too coarse for a tiny model.
        best.merge(rows, Math.max(1, nanos.getAsLong() - start) / 1e9, Math::min);
    }

    private static ForwardPlan plan(int[] ids, int start, int end, CacheAccess cache) {
        int[] asked = IntStream.range(Math.max(start + 1, end - PROPOSED), end).toArray();
        return new ForwardPlan(
                Arrays.copyOfRange(ids, start, end), start, cache, asked, new Sampling(0, 1, 0, Sampling.NO_TOKEN), 0);
    }

    /** For example {@code 8 rows 1.9 ms, 16 rows 2.4 ms; all of 384 tokens 21.0 ms}. */
    @Override
    public String toString() {
        return cached.entrySet().stream()
                        .map(cost ->
                                String.format(Locale.ROOT, "%d rows %.1f ms", cost.getKey(), 1e3 * cost.getValue()))
                        .collect(Collectors.joining(", "))
                + "; "
                + whole.entrySet().stream()
                        .map(cost -> String.format(
                                Locale.ROOT, "all of %d tokens %.1f ms", cost.getKey(), 1e3 * cost.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
