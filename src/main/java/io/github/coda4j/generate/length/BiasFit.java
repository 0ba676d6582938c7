package io.github.coda4j.generate.length;

/** Least squares of a {@link LengthBias}. */
final class BiasFit {
    private static final double MIN_RATE = 1e-3;
    private static final double MAX_RATE = 5;
    private static final int GRID = 24;
    private static final int ROUNDS = 6;
    private static final int WEIGHTS = 3;

    private final int[] lengths;
    private final double[] means;
    private double leastError = Double.POSITIVE_INFINITY;
    private LengthBias best = LengthBias.NONE;

    private BiasFit(int[] lengths, double[] means) {
        this.lengths = lengths;
        this.means = means;
    }

    static LengthBias of(int[] lengths, double[] means) {
        BiasFit fit = new BiasFit(lengths, means);
        double low = Math.log(MIN_RATE);
        double step = (Math.log(MAX_RATE) - low) / (GRID - 1);
        fit.search(low, low, step, GRID, GRID);
        for (int round = 0; round < ROUNDS; round++) {
            step /= 3;
            int around = 7;
            double fast = Math.log(fit.best.fastRate()) - step * (around / 2);
            double slow = Math.log(fit.best.slowRate()) - step * (around / 2);
            fit.search(fast, slow, step, around, around);
        }
        return fit.best;
    }

    private void search(double fastStart, double slowStart, double step, int numFast, int numSlow) {
        for (int i = 0; i < numFast; i++) {
            for (int j = 0; j < numSlow; j++) {
                double fastRate = Math.exp(fastStart + i * step);
                double slowRate = Math.exp(slowStart + j * step);
                if (slowRate < fastRate) {
                    weights(fastRate, slowRate);
                }
            }
        }
    }

    /** The best weights for two rates: of all subsets of summands the one that fits best with no weight below 0. */
    private void weights(double fastRate, double slowRate) {
        for (int subset = 1; subset < 1 << WEIGHTS; subset++) {
            double[] weights = solve(fastRate, slowRate, subset);
            boolean allowed = true;
            for (double weight : weights) {
                allowed &= weight >= 0 && Double.isFinite(weight);
            }
            double error = allowed ? error(weights, fastRate, slowRate) : Double.POSITIVE_INFINITY;
            if (error < leastError && weights[0] + weights[1] + weights[2] > 0) {
                leastError = error;
                best = new LengthBias(weights[0], fastRate, weights[1], slowRate, weights[2]);
            }
        }
    }

    private double[] solve(double fastRate, double slowRate, int subset) {
        double[][] normal = new double[WEIGHTS][WEIGHTS + 1];
        for (int i = 0; i < lengths.length; i++) {
            double[] row = summands(lengths[i], fastRate, slowRate);
            for (int r = 0; r < WEIGHTS; r++) {
                for (int c = 0; c < WEIGHTS; c++) {
                    normal[r][c] += used(subset, r) * used(subset, c) * row[r] * row[c];
                }
                normal[r][WEIGHTS] += used(subset, r) * row[r] * means[i];
            }
        }
        for (int r = 0; r < WEIGHTS; r++) {
            normal[r][r] += 1 - used(subset, r);
        }
        return eliminate(normal);
    }

    private static double[] eliminate(double[][] rows) {
        for (int pivot = 0; pivot < WEIGHTS; pivot++) {
            for (int r = 0; r < WEIGHTS; r++) {
                double factor = r == pivot ? 0 : rows[r][pivot] / rows[pivot][pivot];
                for (int c = pivot; factor != 0 && c <= WEIGHTS; c++) {
                    rows[r][c] -= factor * rows[pivot][c];
                }
            }
        }
        double[] solution = new double[WEIGHTS];
        for (int r = 0; r < WEIGHTS; r++) {
            solution[r] = rows[r][WEIGHTS] / rows[r][r];
        }
        return solution;
    }

    private double error(double[] weights, double fastRate, double slowRate) {
        double error = 0;
        for (int i = 0; i < lengths.length; i++) {
            double[] row = summands(lengths[i], fastRate, slowRate);
            double difference = weights[0] * row[0] + weights[1] * row[1] + weights[2] * row[2] - means[i];
            error += difference * difference;
        }
        return error;
    }

    private static int used(int subset, int weight) {
        return subset >> weight & 1;
    }

    private static double[] summands(int length, double fastRate, double slowRate) {
        return new double[] {Math.exp(-fastRate * length), Math.exp(-slowRate * length), 1};
    }
}
