package io.github.coda4j.model;

import java.util.stream.IntStream;

/**
 * Which columns of the joined query, key and value projection each worker computes, counted in heads: first the N query
 * heads, then the K key and the K value heads. Where the key/value heads can be dealt out evenly, a worker gets some of
 * them with all query heads that use them, and its attention needs nothing that another worker makes. Otherwise every
 * worker gets a run of heads of the same length.
 */
record HeadShares(int heads, int kvHeads, int workers) {
    HeadShares {
        assert workers > 0 && heads % kvHeads == 0 : heads + " heads, " + kvHeads + " of keys, " + workers + " workers";
    }

    /** Whether each worker makes all that the attention of its own key/value heads needs. */
    boolean selfContained() {
        return kvHeads % workers == 0;
    }

    /** First of a worker's key/value heads where shares are self-contained. */
    int firstKvHead(int worker) {
        return kvHeads / workers * worker;
    }

    /** A worker's heads in the order of its columns. */
    int[] of(int worker) {
        if (!selfContained()) {
            return IntStream.range(first(worker), first(worker + 1)).toArray();
        }
        int from = firstKvHead(worker);
        int to = firstKvHead(worker + 1);
        int group = heads / kvHeads;
        IntStream queries = IntStream.range(from * group, to * group);
        IntStream keys = IntStream.range(heads + from, heads + to);
        IntStream values = IntStream.range(heads + kvHeads + from, heads + kvHeads + to);
        return IntStream.concat(queries, IntStream.concat(keys, values)).toArray();
    }

    private int first(int worker) {
        return (int) ((long) (heads + 2 * kvHeads) * worker / workers);
    }
}
