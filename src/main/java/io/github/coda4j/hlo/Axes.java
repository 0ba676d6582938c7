package io.github.coda4j.hlo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Lists of dimensions. */
final class Axes {
    private Axes() {}

    static List<Integer> list(int... dims) {
        return Arrays.stream(dims).boxed().toList();
    }

    static int[] array(List<Integer> dims) {
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }

    /** From 0 to rank - 1, in order, those that are not named. */
    static List<Integer> others(int rank, List<Integer> dims) {
        return IntStream.range(0, rank)
                .filter(dim -> !dims.contains(dim))
                .boxed()
                .toList();
    }

    /** The extents of some dimensions. */
    static List<Integer> extents(TensorType type, List<Integer> dims) {
        return dims.stream().map(type::extent).toList();
    }

    static boolean ascend(List<Integer> dims) {
        return IntStream.range(1, dims.size()).allMatch(i -> dims.get(i - 1) < dims.get(i));
    }

    static boolean within(List<Integer> dims, int rank) {
        return dims.stream().allMatch(dim -> dim >= 0 && dim < rank)
                && dims.stream().distinct().count() == dims.size();
    }
}
