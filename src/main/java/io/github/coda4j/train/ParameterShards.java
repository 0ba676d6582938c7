package io.github.coda4j.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.model.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rank owns which elements of the flat parameters (ZeRO stage 1, Rajbhandari et al. 2020): rank r owns
 * [bounds[r], bounds[r + 1]), keeps the optimizer's state for them and updates them.
 *
 * @param bounds worldSize + 1 ascending numbers, from 0 to the number of elements
 */
public record ParameterShards(long[] bounds) {
    public ParameterShards {
        check(bounds.length >= 2 && bounds[0] == 0, "shards begin at 0 and need a rank");
        for (int i = 1; i < bounds.length; i++) {
            check(bounds[i] >= bounds[i - 1], "shards must ascend");
        }
    }

    /** Equal shares, cut anywhere. */
    public static ParameterShards equal(ParameterStore parameters, int worldSize) {
        long total = parameters.values().size(0);
        long units = Math.ceilDiv(total, ParameterStore.ALIGNMENT);
        long[] bounds = new long[worldSize + 1];
        for (int r = 1; r <= worldSize; r++) {
            bounds[r] = Math.min(total, units * r / worldSize * ParameterStore.ALIGNMENT);
        }
        return new ParameterShards(bounds);
    }

    /** Shares of whole parameters, as equal as those allow. */
    public static ParameterShards ofWholeParameters(ParameterStore parameters, int worldSize) {
        long total = parameters.values().size(0);
        List<ParameterStore.Slice> slices = parameters.slices();
        long[] bounds = new long[worldSize + 1];
        int next = 0;
        for (int r = 1; r < worldSize; r++) {
            long target = total * r / worldSize;
            while (next < slices.size() && middle(slices.get(next)) < target) {
                next++;
            }
            bounds[r] = next == slices.size() ? total : slices.get(next).offset();
        }
        bounds[worldSize] = total;
        return new ParameterShards(bounds);
    }

    private static long middle(ParameterStore.Slice slice) {
        return slice.offset() + slice.size() / 2;
    }

    /** Number of ranks. */
    public int worldSize() {
        return bounds.length - 1;
    }

    /** The first element of a rank. */
    public long from(int rank) {
        return bounds[rank];
    }

    /** The element after the last one of a rank. */
    public long to(int rank) {
        return bounds[rank + 1];
    }

    /** The rank that owns the parameter; only where parameters are whole. */
    public int owner(ParameterStore.Slice slice) {
        int rank = 0;
        while (slice.offset() >= to(rank)) {
            rank++;
        }
        return rank;
    }

    /** The parameters that the rank owns; only where parameters are whole. */
    public List<ParameterStore.Slice> slices(ParameterStore parameters, int rank) {
        return parameters.slices().stream()
                .filter(slice -> owner(slice) == rank)
                .toList();
    }

    /** Pieces of at most {@code elements}, each with one owner, that cover all elements. */
    List<Piece> pieces(long elements) {
        List<Piece> pieces = new ArrayList<>();
        for (int rank = 0; rank < worldSize(); rank++) {
            for (long from = from(rank); from < to(rank); from += elements) {
                pieces.add(new Piece(rank, from, Math.min(from + elements, to(rank))));
            }
        }
        return pieces;
    }

    /** Elements [from, to), which {@code owner} updates. */
    record Piece(int owner, long from, long to) {
        boolean overlaps(ParameterStore.Slice slice) {
            return slice.offset() < to && slice.offset() + slice.size() > from;
        }
    }
}
