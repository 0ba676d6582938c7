package io.github.coda4j.masking;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.data.PackedBatch;
import io.github.coda4j.diffusion.MaskedBatch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowTaskTest {
    private static final int MASK = 2;
    private final WindowTask task = new WindowTask(1, 4, MASK);

    @Test
    void a_window_of_the_longest_document_is_masked_whole() {
        PackedBatch batch = batch(6, 20, 4);
        MaskedBatch masked = task.mask(batch, 0, WindowTask.Sees.BOTH);
        int[] places = places(masked);
        assertThat(places).hasSize(4);
        assertThat(places[0]).isBetween(6 + 8, 6 + 20 - 4);
        assertThat(places[3]).isEqualTo(places[0] + 3);
        for (int i = 0; i < 30; i++) {
            boolean inside = i >= places[0] && i <= places[3];
            assertThat(masked.noisyIds()[0][i]).isEqualTo(inside ? MASK : batch.ids()[0][i]);
            assertThat(masked.targets()[0][i]).isEqualTo(inside ? batch.ids()[0][i] : MaskedBatch.NOT_COUNTED);
        }
        assertThat(masked.segments()).isDeepEqualTo(batch.segments());
        assertThat(masked.weights()).containsExactly(1f);
    }

    @Test
    void completion_hides_what_follows() {
        PackedBatch batch = batch(6, 20, 4);
        MaskedBatch masked = task.mask(batch, 0, WindowTask.Sees.LEFT);
        int last = places(masked)[3];
        int[] segments = masked.segments()[0];
        assertThat(Arrays.copyOfRange(segments, 6, last + 1)).containsOnly(1);
        assertThat(Arrays.stream(segments, last + 1, 30)).allMatch(segment -> segment > 1);
    }

    @Test
    void both_tasks_ask_for_the_same_window_and_rows_for_different_ones() {
        PackedBatch batch = batch(30);
        int[] left = places(task.mask(batch, 7, WindowTask.Sees.LEFT));
        assertThat(places(task.mask(batch, 7, WindowTask.Sees.BOTH))).isEqualTo(left);
        assertThat(IntStream.range(0, 20)
                        .map(row -> places(task.mask(batch, row, WindowTask.Sees.BOTH))[0])
                        .distinct()
                        .count())
                .isGreaterThan(5);
    }

    @Test
    void a_row_of_short_documents_asks_for_nothing() {
        assertThat(task.mask(batch(10, 11, 9), 0, WindowTask.Sees.LEFT).numTargets())
                .isZero();
    }

    private static int[] places(MaskedBatch batch) {
        int[] targets = batch.targets()[0];
        return IntStream.range(0, targets.length)
                .filter(i -> targets[i] != MaskedBatch.NOT_COUNTED)
                .toArray();
    }

    /** One row of documents of these lengths. */
    private static PackedBatch batch(int... documents) {
        int length = Arrays.stream(documents).sum();
        int[][] ids = {IntStream.range(100, 100 + length).toArray()};
        int[][] segments = new int[1][length];
        boolean[][] maskable = new boolean[1][length];
        Arrays.fill(maskable[0], true);
        int at = 0;
        for (int d = 0; d < documents.length; d++) {
            Arrays.fill(segments[0], at, at + documents[d], d);
            at += documents[d];
        }
        return new PackedBatch(ids, segments, maskable);
    }
}
