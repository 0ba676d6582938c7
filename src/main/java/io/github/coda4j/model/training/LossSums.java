package io.github.coda4j.model.training;

/**
 * Sums over the positions of one or more batches, from which the losses follow. Sums add up over micro-batches and
 * ranks.
 *
 * @param weighted sum over targets of weight * cross entropy, in nats
 * @param crossEntropy sum over targets of the cross entropy, in nats
 * @param targets how many positions had a target
 * @param positions how many positions there were, B * T
 */
public record LossSums(double weighted, double crossEntropy, long targets, long positions) {
    public static final LossSums ZERO = new LossSums(0, 0, 0, 0);

    public LossSums plus(LossSums other) {
        return new LossSums(
                weighted + other.weighted,
                crossEntropy + other.crossEntropy,
                targets + other.targets,
                positions + other.positions);
    }

    /** The training loss: an estimate of the negative ELBO per token in nats (Sahoo et al. 2024, equation 10). */
    public double loss() {
        return weighted / positions;
    }

    /** Mean cross entropy of the masked positions in nats; 0 when there are none. */
    public double maskedCrossEntropy() {
        return targets == 0 ? 0 : crossEntropy / targets;
    }
}
