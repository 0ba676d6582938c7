package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Orders candidates, best first. */
public final class Ranking {
    private Ranking() {}

    /** Indexes of the {@code count} highest scores, best first; the lower index of equals comes first. */
    public static int[] best(double[] scores, int count) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
                .mapToInt(Integer::intValue)
                .limit(count)
                .toArray();
    }

    /**
     * Scores whose order is that of drawing without replacement with probabilities softmax(confidence / temperature):
     * each is perturbed by Gumbel noise (Vieira 2014; Kool et al. 2019).
     *
     * @param uniforms one uniform draw in [0, 1) for each confidence
     */
    static double[] perturbed(double[] confidences, double temperature, double[] uniforms) {
        double[] scores = new double[confidences.length];
        Arrays.setAll(
                scores,
                i -> confidences[i] / temperature - Math.log(-Math.log(Math.max(uniforms[i], Double.MIN_NORMAL))));
        return scores;
    }

    /** The probabilities of the proposed tokens. */
    static double[] probabilities(List<Candidate> candidates) {
        return candidates.stream().mapToDouble(Candidate::probability).toArray();
    }

    /** Whether the {@code count} best scores, which are the first ones of {@code best}, may be taken together. */
    @FunctionalInterface
    interface Together {
        boolean holds(int count, double[] best);
    }

    /**
     * Indexes of the best scores, as many as may be taken together, at least one. What holds for some of the best must
     * hold for fewer.
     */
    static int[] prefix(double[] scores, Together together) {
        int[] ranked = best(scores, scores.length);
        double[] sorted = Arrays.stream(ranked).mapToDouble(i -> scores[i]).toArray();
        int count = 1;
        while (count < ranked.length && together.holds(count + 1, sorted)) {
            count++;
        }
        return Arrays.copyOf(ranked, count);
    }

    /** All indexes for which it holds; where there is none, that of the best score. */
    static int[] allOrBest(double[] scores, IntPredicate holds) {
        int[] all = IntStream.range(0, scores.length).filter(holds).toArray();
        return all.length > 0 ? all : best(scores, 1);
    }
}
