package io.github.coda4j.model;

/** Runs of positions that move together when a cache is put elsewhere. */
final class MovedRun {
    private MovedRun() {}

    /** Where the run ends that begins at {@code first}: neighbors come from neighbors, or all of them from nowhere. */
    static int end(int[] from, int first) {
        int step = from[first] < 0 ? 0 : 1;
        int end = first + 1;
        while (end < from.length && from[end] == from[end - 1] + step) {
            end++;
        }
        return end;
    }
}
