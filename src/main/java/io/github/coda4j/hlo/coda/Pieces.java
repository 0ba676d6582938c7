package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Positions in pieces: rows stay whole, so that where rows lie on different devices each has its own pieces. */
final class Pieces {
    // B rows, T positions, Q positions of a piece, P pieces

    private Pieces() {}

    /** [B, T, ..] to [P, B, Q, ..]. */
    static Value of(Value x, int piece) {
        List<Integer> shape = new ArrayList<>(x.type().shape());
        shape.set(1, piece);
        shape.add(1, x.type().extent(1) / piece);
        return swapped(x.reshape(shape));
    }

    /** [P, B, Q, ..] to [B, T, ..]. */
    static Value joined(Value pieces) {
        List<Integer> shape = new ArrayList<>(pieces.type().shape());
        int count = shape.removeFirst();
        shape.set(1, shape.get(1) * count);
        return swapped(pieces).reshape(shape);
    }

    /**
     * [B, ..] to [M, B/M, ..]: of each M rows that lie together one goes into each micro batch, so that each has rows
     * of every device.
     */
    static Value microBatches(Value x, int count) {
        List<Integer> shape = new ArrayList<>(x.type().shape());
        shape.set(0, shape.getFirst() / count);
        shape.add(1, count);
        return swapped(x.reshape(shape));
    }

    private static Value swapped(Value x) {
        int[] order = IntStream.range(0, x.type().rank()).toArray();
        order[0] = 1;
        order[1] = 0;
        return x.transpose(order);
    }
}
