package io.github.coda4j.hlo.coda;

import io.github.coda4j.model.ModelConfig;
import io.github.coda4j.model.Rotary;
import java.util.Arrays;

/**
 * Cosines and sines of the rotary embedding for positions from 0 on: what the arguments {@code cos} and {@code sin} are
 * given.
 *
 * @param cos [length, headDim / 2], row by row
 * @param sin the same
 */
public record RotaryTables(float[] cos, float[] sin) {
    public static RotaryTables of(ModelConfig config, int length) {
        Rotary rotary = new Rotary(config);
        rotary.ensure(length);
        int size = length * rotary.half();
        return new RotaryTables(Arrays.copyOf(rotary.cos(), size), Arrays.copyOf(rotary.sin(), size));
    }
}
