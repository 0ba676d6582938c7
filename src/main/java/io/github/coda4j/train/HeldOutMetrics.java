package io.github.coda4j.train;

/**
 * The diffusion loss on data that is not trained on, under noise that is the same every time.
 *
 * @param step after how many updates
 * @param loss negative ELBO estimate in nats per position
 * @param maskedCrossEntropy mean cross entropy of the masked positions in nats
 * @param masked how many positions were masked
 */
public record HeldOutMetrics(long step, double loss, double maskedCrossEntropy, long masked) {}
