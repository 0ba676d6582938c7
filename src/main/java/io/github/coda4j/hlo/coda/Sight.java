package io.github.coda4j.hlo.coda;

import io.github.coda4j.hlo.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which positions see each other: those of one document and, where attention is block-causal, of the own block and
 * those before it.
 *
 * @param segments I32 [B, T], the document of each position
 * @param blocks I32 [B, T], the block of each position, ascending
 */
record Sight(Value segments, Optional<Value> blocks) {
    // B rows, T positions, Q queries

    /** What of each query is needed: I32 [B, T] each. */
    List<Value> positions() {
        List<Value> all = new ArrayList<>(List.of(segments));
        blocks.ifPresent(all::add);
        return all;
    }

    /** What some queries see, truths [B, Q, T]; theirs are I32 [B, Q] each. */
    Value of(List<Value> queries) {
        int batch = segments.type().extent(0);
        List<Integer> shape = List.of(
                batch, queries.getFirst().type().extent(1), segments.type().extent(1));
        Value same = queries.getFirst().broadcast(shape, 0, 1).equalTo(segments.broadcast(shape, 0, 2));
        return blocks.map(
                        all -> same.and(queries.getLast().broadcast(shape, 0, 1).atLeast(all.broadcast(shape, 0, 2))))
                .orElse(same);
    }
}
