package io.github.coda4j.serve.apply;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/**
 * Which lines of a snippet are which lines of the code, in the order of both: the pairs that are most alike together.
 *
 * @param score how alike, 0 where no pair is
 * @param partners for each line of the snippet the index in the code, -1: it is new
 * @param ambiguous whether other pairs would be exactly as alike
 */
record Matching(double score, int[] partners, boolean ambiguous) {
    /** What it is worth that neighbors of the one are neighbors of the other. */
    private static final double NEIGHBOR = 0.01;

    /** @param likeness of a line of the code and one of the snippet, 0 or more; 0: they are no pair */
    static Matching of(List<CodeNode> code, List<CodeNode> change, ToDoubleBiFunction<CodeNode, CodeNode> likeness) {
        double[][] alike = new double[change.size()][code.size()];
        for (int i = 0; i < change.size(); i++) {
            for (int j = 0; j < code.size(); j++) {
                alike[i][j] = likeness.applyAsDouble(code.get(j), change.get(i));
            }
        }
        // Of the snippet from i on and the code from j on: with the pair (i, j), and with any.
        double[][] paired = new double[change.size() + 1][code.size() + 1];
        double[][] best = new double[change.size() + 1][code.size() + 1];
        for (int i = change.size() - 1; i >= 0; i--) {
            for (int j = code.size() - 1; j >= 0; j--) {
                if (alike[i][j] > 0) {
                    double next = paired[i + 1][j + 1];
                    paired[i][j] = alike[i][j] + Math.max(best[i + 1][j + 1], next > 0 ? NEIGHBOR + next : 0);
                }
                best[i][j] = Math.max(paired[i][j], Math.max(best[i + 1][j], best[i][j + 1]));
            }
        }
        int[] first = partners(alike, paired, best, false);
        int[] last = partners(alike, paired, best, true);
        return new Matching(best[0][0], first, !Arrays.equals(first, last));
    }

    /** The best pairs that stand as far up, or as far down, as they can. */
    private static int[] partners(double[][] alike, double[][] paired, double[][] best, boolean down) {
        int[] partners = new int[alike.length];
        Arrays.fill(partners, -1);
        int i = 0;
        int j = 0;
        boolean pair = false;
        while (i < alike.length && j < best[0].length - 1) {
            boolean skipsCode = best[i][j] == best[i][j + 1];
            if (pair || paired[i][j] == best[i][j] && best[i][j] > 0 && !(down && skipsCode)) {
                double next = paired[i + 1][j + 1];
                pair = next > 0 && NEIGHBOR + next > best[i + 1][j + 1];
                partners[i++] = j++;
            } else if (skipsCode) {
                j++;
            } else {
                i++;
            }
        }
        return partners;
    }
}
