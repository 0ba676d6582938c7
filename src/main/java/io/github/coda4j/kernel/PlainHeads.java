package io.github.coda4j.kernel;

/** The plain twin of {@link Heads}: the same contract, element by element in double precision. */
final class PlainHeads {
    private final int headDim;

    PlainHeads(int headDim) {
        this.headDim = headDim;
    }

    /** See {@link Heads#prepare}. */
    void prepare(
            HeadRule rule,
            Elements source,
            long first,
            float rowScale,
            int angleFirst,
            Elements target,
            long targetFirst) {
        double[] head = new double[headDim];
        double sum = 0;
        for (int i = 0; i < headDim; i++) {
            head[i] = (double) PlainElements.get(source.memory(), source.kind(), first + i) * rowScale;
            head[i] += rule.bias().length > 0 ? rule.bias()[rule.biasFirst() + i] : 0;
            sum += head[i] * head[i];
        }
        for (int i = 0; i < headDim && rule.normWeight().length > 0; i++) {
            head[i] *= rule.normWeight()[i] / Math.sqrt(sum / headDim + rule.eps());
        }
        int half = headDim / 2;
        for (int i = 0; i < half && rule.cos().length > 0; i++) {
            double c = rule.cos()[angleFirst + i];
            double s = rule.sin()[angleFirst + i];
            double a = head[i];
            double b = head[half + i];
            head[i] = a * c - b * s;
            head[half + i] = b * c + a * s;
        }
        for (int i = 0; i < headDim; i++) {
            PlainElements.put(head[i] * rule.factor(), target.memory(), target.kind(), targetFirst + i);
        }
    }
}
