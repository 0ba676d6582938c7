package io.github.coda4j.model;

/**
 * Cosines and sines of the rotary embedding (Su et al. 2021): position p turns pair i by p * theta^(-2i / headDim).
 * Computed in double, stored as floats, grown on demand.
 */
public final class Rotary {
    private final int half;
    private final double[] frequencies;
    private float[] cos = new float[0]; // [positions, headDim / 2]
    private float[] sin = new float[0]; // the same

    public Rotary(ModelConfig config) {
        half = config.headDim() / 2;
        frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
        }
    }

    /** Makes the tables cover positions [0, positions). */
    public void ensure(int positions) {
        int have = cos.length / half;
        if (have >= positions) {
            return;
        }
        int rows = Math.max(positions, 2 * have);
        float[] newCos = java.util.Arrays.copyOf(cos, rows * half);
        float[] newSin = java.util.Arrays.copyOf(sin, rows * half);
        for (int p = have; p < rows; p++) {
            for (int i = 0; i < half; i++) {
                double angle = p * frequencies[i];
                newCos[p * half + i] = (float) Math.cos(angle);
                newSin[p * half + i] = (float) Math.sin(angle);
            }
        }
        cos = newCos;
        sin = newSin;
    }

    /**
     * Writes the cosines and sines that turn a head by a distance, back where it is negative; the tables cover it.
     *
     * @param first where its headDim / 2 values go
     */
    void turn(int distance, float[] intoCos, float[] intoSin, int first) {
        int row = Math.abs(distance) * half;
        for (int i = 0; i < half; i++) {
            intoCos[first + i] = cos[row + i];
            intoSin[first + i] = distance < 0 ? -sin[row + i] : sin[row + i];
        }
    }

    /** [positions, headDim / 2]. */
    public float[] cos() {
        return cos;
    }

    /** [positions, headDim / 2]. */
    public float[] sin() {
        return sin;
    }

    /** Pairs per head: headDim / 2. */
    public int half() {
        return half;
    }
}
