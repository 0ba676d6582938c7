package io.github.coda4j.eval;

import java.util.Arrays;

/**
 * Numbers as keys of maps.
 *
 * @param values that nobody changes
 */
record Numbers(int[] values) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Numbers(int[] theirs) && Arrays.equals(values, theirs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
