package io.github.coda4j.generate.decision;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How probable the answers of a question are.
 *
 * @param probabilities of the question's labels, in their order; they add up to 1
 * @param promptTokens tokens that the model saw, masks included
 */
public record Decision(Question question, List<Double> probabilities, int promptTokens) {
    public Decision {
        probabilities = List.copyOf(probabilities);
    }

    /** Index of the most probable answer, the first of equals. */
    public int best() {
        int best = 0;
        for (int i = 1; i < probabilities.size(); i++) {
            best = probabilities.get(i) > probabilities.get(best) ? i : best;
        }
        return best;
    }

    /** What the most probable answer is called. */
    public String label() {
        return question.labels().get(best());
    }

    /** The mean level of a score, in [0, levels - 1]. */
    public double expected() {
        return IntStream.range(0, probabilities.size())
                .mapToDouble(i -> i * probabilities.get(i))
                .sum();
    }

    /** How far the probabilities are from all being equal, in [0, 1]: 1 - entropy / log(answers). */
    public double confidence() {
        double entropy = probabilities.stream()
                .filter(p -> p > 0)
                .mapToDouble(p -> -p * Math.log(p))
                .sum();
        return Math.clamp(1 - entropy / Math.log(probabilities.size()), 0, 1);
    }
}
