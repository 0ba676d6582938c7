package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.model.plan.Proposals;
import io.github.coda4j.model.plan.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures how sure a model is of empty holes of each length, over places in texts drawn at random: what a length is
 * worth by itself.
 *
 * @param places how many, at least 1
 * @param seed of the places
 */
public record LengthCalibrator(int places, long seed) {
    /** The lengths that are measured. */
    public static final List<Integer> LENGTHS = List.of(1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64);

    /** Tokens on each side of a place. */
    private static final int SIGHT = 80;

    /** The most tokens that are taken out at a place. */
    private static final int MOST_REMOVED = 16;

    public LengthCalibrator {
        check(places >= 1, "the places must be at least 1, got %d", places);
    }

    /**
     * The calibration of a model.
     *
     * @param texts in tokens
     * @param checkpoint fingerprint of its weights
     * @throws IllegalArgumentException when no text has tokens enough for a place
     */
    public LengthCalibration of(Denoiser model, List<int[]> texts, String checkpoint) {
        List<int[]> usable =
                texts.stream().filter(text -> text.length > MOST_REMOVED + 2).toList();
        check(!usable.isEmpty(), "no text has more than %d tokens: name longer ones", MOST_REMOVED + 2);
        List<Integer> lengths = LENGTHS.stream()
                .filter(length -> length + 2 * SIGHT <= model.maxPositions())
                .toList();
        check(
                lengths.size() >= 5,
                "a model that takes %d tokens is too short to be calibrated: it needs %d",
                model.maxPositions(),
                LENGTHS.get(4) + 2 * SIGHT);
        double[] sums = new double[lengths.size()];
        SplittableRandom random = new SplittableRandom(seed);
        for (int place = 0; place < places; place++) {
            int[] text = usable.get(random.nextInt(usable.size()));
            int removed = 1 + random.nextInt(MOST_REMOVED);
            int start = 1 + random.nextInt(text.length - removed - 1);
            List<ForwardPlan> plans = new ArrayList<>();
            lengths.forEach(length -> plans.add(plan(model, text, start, removed, length)));
            List<Proposals> answers = model.forward(plans);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += mean(answers.get(i).probability());
            }
        }
        List<Double> means = Arrays.stream(sums).mapToObj(sum -> sum / places).toList();
        return new LengthCalibration(checkpoint, LengthBias.fit(lengths, means), places, lengths, means);
    }

    private static ForwardPlan plan(Denoiser model, int[] text, int start, int removed, int length) {
        int[] before = Arrays.copyOfRange(text, Math.max(0, start - SIGHT), start);
        int end = start + removed;
        int[] after = Arrays.copyOfRange(text, end, Math.min(text.length, end + SIGHT));
        int[] ids = Arrays.copyOf(before, before.length + length + after.length);
        Arrays.fill(ids, before.length, before.length + length, model.maskId());
        System.arraycopy(after, 0, ids, before.length + length, after.length);
        int[] masks = IntStream.range(before.length, before.length + length).toArray();
        return new ForwardPlan(ids, 0, CacheAccess.NONE, masks, Sampling.GREEDY.excluding(model.maskId()), 0);
    }

    private static double mean(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElse(0);
    }
}
