package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.MaskedBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * The documents of a batch whose rows lie one after another: runs of positions that attend to each other and to nothing
 * else.
 */
final class SegmentRuns {
    private SegmentRuns() {}

    /** Positions [start, start + length) among all B * T. */
    record Run(int start, int length) {}

    static List<Run> of(MaskedBatch batch) {
        List<Run> runs = new ArrayList<>();
        int length = batch.length();
        for (int b = 0; b < batch.rows(); b++) {
            int[] segments = batch.segments()[b];
            int start = 0;
            for (int i = 1; i <= length; i++) {
                if (i == length || segments[i] != segments[start]) {
                    runs.add(new Run(b * length + start, i - start));
                    start = i;
                }
            }
        }
        return runs;
    }
}
