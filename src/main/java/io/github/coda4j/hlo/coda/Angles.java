package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Value;
import java.util.List;

/** Cosines and sines of the rotary embedding as values, [T, H/2] each. */
record Angles(Value cos, Value sin) {
    // B rows, T positions, N heads, H head dimension

    /** Heads [B, T, N, H] turned by the angles of their positions: halves are pairs. */
    Value turn(Value x) {
        int half = cos.type().extent(1);
        Value first = x.slice(3, 0, half);
        Value second = x.slice(3, half, 2 * half);
        List<Integer> shape = first.type().shape();
        Value c = cos.broadcast(shape, 1, 3);
        Value s = sin.broadcast(shape, 1, 3);
        return Value.concatenate(
                3,
                List.of(first.times(c).minus(second.times(s)), second.times(c).plus(first.times(s))));
    }
}
