package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.generate.length.LengthOdds;
import io.github.coda4j.generate.length.LengthProbe;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Measures how sure a model is of empty holes of each length, over places in texts drawn at random: what a length is
 * worth by itself; and whether its pads say how long holes are.
 *
 * @param places how many, at least 1
 * @param seed of the places
 */
public record LengthCalibrator(int places, long seed) {
    /** The lengths that are measured. */
    public static final List<Integer> LENGTHS = List.of(1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64);

    /** How many nats a removed length must be more probable by, on average, where pads are to say something. */
    private static final double KNOWN = 0.1;

    /** How many lengths are the most probable, or the shortest. */
    private static final int PROBABLE = 8;

    /** How often it must be among the lengths that pads find probable, for each time that it is one of the shortest. */
    private static final double ENOUGH = 0.8;

    /** Tokens on each side of a place. */
    private static final int SIGHT = 80;

    /** The most tokens that are taken out at a place; how many is drawn evenly on a log scale. */
    private static final int MOST_REMOVED = 16;

    public LengthCalibrator {
        check(places >= 1, "the places must be at least 1, got %d", places);
    }

    /**
     * The calibration of a model.
     *
     * @param texts in tokens
     * @param pad the tokenizer's pad of holes, if it has one
     * @param checkpoint fingerprint of its weights
     * @throws IllegalArgumentException when no text has tokens enough for a place
     */
    public LengthCalibration of(Denoiser model, List<int[]> texts, OptionalInt pad, String checkpoint) {
        List<int[]> usable =
                texts.stream().filter(text -> text.length > MOST_REMOVED + 2).toList();
        check(!usable.isEmpty(), "no text has more than %d tokens: name longer ones", MOST_REMOVED + 2);
        List<Integer> lengths = fitting(LENGTHS, 0, model);
        check(
                lengths.size() >= 5,
                "a model that takes %d tokens is too short to be calibrated: it needs %d",
                model.maxPositions(),
                LENGTHS.get(4) + 2 * SIGHT);
        List<Integer> ceilings = pad.isEmpty() ? List.of() : fitting(LengthProbe.CEILINGS, 1, model);
        double[] sums = new double[lengths.size()];
        List<LengthOdds> odds = new ArrayList<>();
        List<Integer> allRemoved = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < places; i++) {
            int[] text = usable.get(random.nextInt(usable.size()));
            int removed = (int) Math.exp(random.nextDouble() * Math.log(MOST_REMOVED + 1));
            int start = 1 + random.nextInt(text.length - removed - 1);
            Place place = new Place(text, start, start + removed);
            List<ForwardPlan> plans = new ArrayList<>();
            lengths.forEach(length -> plans.add(place.plan(model, length, new int[0])));
            ceilings.forEach(masks -> plans.add(place.atMost(model, masks, pad.getAsInt())));
            List<Proposals> answers = model.forward(plans);
            for (int k = 0; k < sums.length; k++) {
                sums[k] += mean(answers.get(k).probability());
            }
            if (!ceilings.isEmpty()) {
                SortedMap<Integer, double[]> pads = new TreeMap<>();
                answers.subList(sums.length, answers.size()).forEach(answer -> {
                    double[] own = PadOdds.of(answer);
                    pads.put(own.length, own);
                });
                odds.add(LengthOdds.of(pads));
                allRemoved.add(removed);
            }
        }
        List<Double> means = Arrays.stream(sums).mapToObj(sum -> sum / places).toList();
        return new LengthCalibration(
                checkpoint, LengthBias.fit(lengths, means), places, lengths, means, ceiling(odds, allRemoved));
    }

    private static List<Integer> fitting(List<Integer> lengths, int more, Denoiser model) {
        return lengths.stream()
                .filter(length -> length + 2 * SIGHT + more <= model.maxPositions())
                .toList();
    }

    /**
     * Up to how many masks pads say how long a hole is: where the length that was removed at a place is more probable
     * there than the lengths that were removed at others, and among the most probable ones about as often as among the
     * shortest. The one alone holds for pads that know something and have a wrong idea of how long holes are.
     */
    static OptionalInt ceiling(List<LengthOdds> odds, List<Integer> removed) {
        double more = 0;
        int found = 0;
        for (int i = 0; i < odds.size(); i++) {
            LengthOdds own = odds.get(i);
            more += own.log(removed.get(i))
                    - removed.stream().mapToDouble(own::log).average().orElse(0);
            found += own.probable(PROBABLE).contains(removed.get(i)) ? 1 : 0;
        }
        long shortest = removed.stream().filter(length -> length <= PROBABLE).count();
        return more > KNOWN * odds.size() && found >= ENOUGH * shortest
                ? OptionalInt.of(odds.getFirst().most())
                : OptionalInt.empty();
    }

    /** A text of which the tokens [start, end) are taken out. */
    private record Place(int[] text, int start, int end) {
        /** A forward of so many masks in their place, with tokens behind them. */
        ForwardPlan plan(Denoiser model, int masks, int[] behind) {
            int[] before = Arrays.copyOfRange(text, Math.max(0, start - SIGHT), start);
            int[] after = Arrays.copyOfRange(text, end, Math.min(text.length, end + SIGHT));
            int[] ids = Arrays.copyOf(before, before.length + masks + behind.length + after.length);
            int holeEnd = before.length + masks;
            Arrays.fill(ids, before.length, holeEnd, model.maskId());
            System.arraycopy(behind, 0, ids, holeEnd, behind.length);
            System.arraycopy(after, 0, ids, holeEnd + behind.length, after.length);
            int[] positions = IntStream.range(before.length, holeEnd).toArray();
            return new ForwardPlan(ids, 0, CacheAccess.NONE, positions, Sampling.GREEDY.excluding(model.maskId()), 0);
        }

        /** One of a hole that a pad stands behind. */
        ForwardPlan atMost(Denoiser model, int masks, int pad) {
            ForwardPlan plan = plan(model, masks, new int[] {pad});
            return plan.withDetails(PadOdds.request(plan.positions(), pad));
        }
    }

    private static double mean(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElse(0);
    }
}
