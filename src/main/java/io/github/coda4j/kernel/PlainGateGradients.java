package io.github.coda4j.kernel;

import java.lang.foreign.MemorySegment;

/** The plain twin of {@link GateGradients}: the same contract, element by element in double precision. */
final class PlainGateGradients {
    private final int width;

    PlainGateGradients(int width) {
        this.width = width;
    }

    /** See {@link GateGradients#backward}. */
    void backward(MemorySegment gateUp, MemorySegment gated, NumberKind kind, int t) {
        for (int i = 0; i < width; i++) {
            long gate = (long) t * 2 * width + i;
            long product = (long) t * width + i;
            double g = PlainElements.get(gateUp, kind, gate);
            double u = PlainElements.get(gateUp, kind, gate + width);
            double dy = PlainElements.get(gated, kind, product);
            double s = 1 / (1 + Math.exp(-g));
            PlainElements.put(dy * u * s * (1 + g * (1 - s)), gateUp, kind, gate);
            PlainElements.put(dy * g * s, gateUp, kind, gate + width);
            PlainElements.put(g * s * u, gated, kind, product);
        }
    }
}
