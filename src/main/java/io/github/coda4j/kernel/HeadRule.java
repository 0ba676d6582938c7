package io.github.coda4j.kernel;

/**
 * What is done to one head of every token before attention: bias, RMS norm, rotary embedding, factor, in this order.
 *
 * @param bias values to add from index {@code biasFirst} on, or an empty array for none
 * @param normWeight [headDim], or an empty array for no norm
 * @param cos [headDim / 2] per position; an empty array for no rotation
 * @param sin the same, of the sines
 */
public record HeadRule(
        float[] bias, int biasFirst, float[] normWeight, double eps, float[] cos, float[] sin, float factor) {}
