package io.github.coda4j.eval;

import java.util.Comparator;
import java.util.List;

/**
 * Accuracy under parallelism, AUP, as the leaderboard of d3LLM defines it (hao-ai-lab, "AUP: when Accuracy Meets
 * Parallelism in Diffusion Language Models", December 2025): the area under the curve of accuracy against tokens per
 * forward, in which lower accuracies weigh less. From the point with the least parallelism, (p1, y1): p1 y1, and behind
 * it the trapezoids of y W(y) with W(y) = min(exp(-3 (1 - y / best)), 1). Points more than 5 percent below y1 are left
 * out.
 */
final class Parallelism {
    private static final double PENALTY = 3;
    private static final double MOST_LOSS = 5;

    private Parallelism() {}

    /**
     * A point of a curve.
     *
     * @param tokensPerForward all forwards counted
     * @param accuracy in percent
     */
    record Point(double tokensPerForward, double accuracy) {}

    /**
     * The area.
     *
     * @param curve in any order; 0 for none
     * @param best the highest accuracy that anything reached at the task, in percent, positive
     */
    static double area(List<Point> curve, double best) {
        List<Point> points = curve.stream()
                .sorted(Comparator.comparingDouble(Point::tokensPerForward).thenComparing(Point::accuracy))
                .toList();
        if (points.isEmpty()) {
            return 0;
        }
        Point before = points.getFirst();
        double least = before.accuracy() - MOST_LOSS;
        double area = before.tokensPerForward() * before.accuracy();
        for (Point point : points.subList(1, points.size())) {
            if (point.accuracy() >= least) {
                double width = point.tokensPerForward() - before.tokensPerForward();
                area += width * (weighed(point.accuracy(), best) + weighed(before.accuracy(), best)) / 2;
                before = point;
            }
        }
        return area;
    }

    private static double weighed(double accuracy, double best) {
        return accuracy * Math.min(Math.exp(-PENALTY * (1 - accuracy / best)), 1);
    }
}
