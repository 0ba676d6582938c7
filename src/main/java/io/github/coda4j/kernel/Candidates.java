package io.github.coda4j.kernel;

/**
 * The best logits of a row, unordered: finds where top-k and top-p cut without sorting. Its arrays are reordered by
 * use.
 */
final class Candidates {
    /**
     * Where a filter cuts.
     *
     * @param value everything above stays, everything below goes
     * @param ties how many of those equal to the value stay, lowest ids first
     */
    record Cut(float value, int ties) {}

    private final float[] values;
    private final int size;

    Candidates(float[] values, int size) {
        this.values = values;
        this.size = size;
    }

    int size() {
        return size;
    }

    /** The k-th largest value, k in [1, size]; all its equals stay. */
    Cut topK(int k) {
        int low = 0;
        int high = size;
        while (true) {
            float pivot = pivot(low, high);
            long groups = partition(low, high, pivot);
            int endAbove = (int) (groups >>> 32);
            int endEqual = (int) groups;
            if (k <= endAbove) {
                high = endAbove;
            } else if (k <= endEqual) {
                return new Cut(pivot, Integer.MAX_VALUE);
            } else {
                low = endEqual;
            }
        }
    }

    /**
     * The least value that stays when a token stays as long as the mass of all before it, best first, is at most the
     * budget. The mass of a value is exp(value - max).
     */
    Cut topP(double budget, float max) {
        int low = 0;
        int high = size;
        double before = 0;
        while (true) {
            float pivot = pivot(low, high);
            long groups = partition(low, high, pivot);
            int endAbove = (int) (groups >>> 32);
            int endEqual = (int) groups;
            double above = mass(low, endAbove, max);
            double each = Math.exp((double) pivot - max);
            double beforeBelow = before + above + each * (endEqual - endAbove);
            if (endAbove > low && before + above > budget) {
                high = endAbove;
            } else if (endEqual < high && beforeBelow <= budget) {
                low = endEqual;
                before = beforeBelow;
            } else {
                int ties = 1;
                while (ties < endEqual - endAbove && before + above + each * ties <= budget) {
                    ties++;
                }
                return new Cut(pivot, ties);
            }
        }
    }

    /** The mass of all candidates. */
    double mass(float max) {
        return mass(0, size, max);
    }

    private double mass(int from, int to, float max) {
        double mass = 0;
        for (int i = from; i < to; i++) {
            mass += Math.exp((double) values[i] - max);
        }
        return mass;
    }

    private float pivot(int low, int high) {
        float a = values[low];
        float b = values[(low + high) >>> 1];
        float c = values[high - 1];
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /**
     * Groups [low, high) into above, equal to and below the pivot; the ends of the first two groups, one in each half.
     */
    private long partition(int low, int high, float pivot) {
        int above = low;
        int below = high;
        int i = low;
        while (i < below) {
            float value = values[i];
            if (value > pivot) {
                values[i++] = values[above];
                values[above++] = value;
            } else if (value < pivot) {
                values[i] = values[--below];
                values[below] = value;
            } else {
                i++;
            }
        }
        return (long) above << 32 | below;
    }
}
