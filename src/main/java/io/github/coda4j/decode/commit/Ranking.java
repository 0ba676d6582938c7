package io.github.coda4j.decode.commit;

import java.util.Arrays;
import java.util.Comparator;
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
}
