package com.example;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.CounterRandom;
import io.github.coda4j.diffusion.MaskedBatch;
import io.github.coda4j.files.ConfigValues;
import io.github.coda4j.masking.AppliedMasks;
import io.github.coda4j.masking.MaskingPlan;
import io.github.coda4j.masking.MaskingRule;
import io.github.coda4j.masking.MaskingRuleFactory;
import io.github.coda4j.masking.MaskingVocabulary;
import io.github.coda4j.masking.Noised;
import java.util.Arrays;
import java.util.List;

/**
 * One hole in each row, with more masks than it had tokens: what is left over must be filled with the pad token of
 * infilling, so that a model learns to close a hole that is too long. A config names it:
 * {@code masking: {rule: com.example.PaddedHoles, longest: 16, spare: 8}}.
 */
public final class PaddedHoles implements MaskingRuleFactory {
    @Override
    public List<String> options() {
        return List.of("longest", "spare");
    }

    @Override
    public MaskingPlan read(ConfigValues options, Run run) {
        return new Plan(options.countOr("longest", 16), options.countOr("spare", 8));
    }

    /**
     * How holes are made.
     *
     * @param longest tokens of a hole, at least 1
     * @param spare surplus masks at most, at least 0
     */
    record Plan(int longest, int spare) implements MaskingPlan {
        Plan {
            check(longest >= 1, "longest must be at least 1, got %d", longest);
            check(spare >= 0, "spare must be 0 or more, got %d", spare);
        }

        @Override
        public MaskingRule open(MaskingVocabulary vocabulary, long seed) {
            int pad = vocabulary.require("<|fim_pad|>");
            return (batch, step, firstRow) -> mask(batch, CounterRandom.key(seed, step), firstRow, vocabulary, pad);
        }

        private Noised mask(PackedBatch batch, long stepKey, long firstRow, MaskingVocabulary vocabulary, int pad) {
            int[][] noisy = new int[batch.rows()][];
            int[][] targets = new int[batch.rows()][batch.length()];
            int[][] segments = new int[batch.rows()][];
            float[] weights = new float[batch.rows()];
            Arrays.fill(weights, 1);
            long masked = 0;
            for (int b = 0; b < batch.rows(); b++) {
                Row row = new Row(batch.ids()[b].clone(), targets[b], batch.segments()[b].clone());
                masked += row.dig(batch.maskable()[b], CounterRandom.key(stepKey, firstRow + b), vocabulary, pad);
                noisy[b] = row.ids;
                segments[b] = row.segments;
            }
            MaskedBatch examples = new MaskedBatch(noisy, targets, segments, weights);
            return new Noised(examples, new AppliedMasks(batch.rows(), 0, 0, 0, masked));
        }

        /** A row that gets its hole: every draw depends on its key alone. */
        private final class Row {
            final int[] ids;
            final int[] targets;
            final int[] segments;

            Row(int[] ids, int[] targets, int[] segments) {
                this.ids = ids;
                this.targets = targets;
                this.segments = segments;
                Arrays.fill(targets, MaskedBatch.NOT_COUNTED);
            }

            /** Gives the number of masks; 0 where the drawn place may not be masked. */
            int dig(boolean[] maskable, long key, MaskingVocabulary vocabulary, int pad) {
                int start = 1 + draw(key, 0, ids.length - 1);
                int length = 0;
                int wanted = 1 + draw(key, 1, longest);
                while (length < wanted && isInside(start + length, maskable)) {
                    length++;
                }
                int surplus = length == 0 ? 0 : Math.min(draw(key, 2, spare + 1), ids.length - start - length);
                int end = start + length;
                int moved = ids.length - end - surplus;
                System.arraycopy(ids, start, targets, start, length);
                System.arraycopy(ids, end, ids, end + surplus, moved); // the end of the row falls off
                System.arraycopy(segments, end, segments, end + surplus, moved);
                Arrays.fill(segments, end, end + surplus, segments[start]);
                Arrays.fill(ids, start, end + surplus, vocabulary.maskId());
                // No more pads than tokens count, so that they do not drown the rest.
                Arrays.fill(targets, end, end + Math.min(surplus, length), pad);
                return length + surplus;
            }

            /** Within a document: its first token is never asked for. */
            private boolean isInside(int i, boolean[] maskable) {
                return i < ids.length && maskable[i] && segments[i] == segments[i - 1];
            }
        }

        private static int draw(long key, int what, int count) {
            return (int) (CounterRandom.uniform(key, what) * count);
        }
    }
}
