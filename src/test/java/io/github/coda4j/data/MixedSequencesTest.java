package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of two sources in a fixed proportion. */
class MixedSequencesTest {
    /** Rows that hold a mark and their place in the endless order. */
    private static final class Marked implements SequenceSource {
        private final int mark;
        private final int length;
        private final long rows;
        private int closed;

        Marked(int mark, int length, long rows) {
            this.mark = mark;
            this.length = length;
            this.rows = rows;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public long numSequences() {
            return rows;
        }

        @Override
        public PackedBatch read(long position, int count) {
            int[][] ids = IntStream.range(0, count)
                    .mapToObj(b -> filled(mark, (int) position + b))
                    .toArray(int[][]::new);
            boolean[][] maskable = new boolean[count][length];
            Arrays.stream(maskable).forEach(row -> row[0] = mark == 1);
            return new PackedBatch(ids, new int[count][length], maskable);
        }

        private int[] filled(int first, int second) {
            int[] row = new int[length];
            row[0] = first;
            row[1] = second;
            return row;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private final Marked exercises = new Marked(1, 4, 30);
    private final Marked text = new Marked(2, 4, 7);

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.25, 0.4, 0.5, 0.9})
    void both_sources_are_read_in_order_without_gaps_and_in_their_proportion(double share) {
        MixedSequences mixed = new MixedSequences(exercises, text, share);
        int[] read = new int[3];
        for (int[] row : mixed.read(0, 400).ids()) {
            assertThat(row[1]).as("place in source %d", row[0]).isEqualTo(read[row[0]]++);
            assertThat(read[2]).isEqualTo((int) Math.floor((read[1] + read[2]) * share));
        }
        assertThat(read[1] + read[2]).isEqualTo(400);
    }

    @Test
    void any_position_can_be_read_alone() {
        MixedSequences mixed = new MixedSequences(exercises, text, 0.3);
        PackedBatch whole = mixed.read(0, 90);
        for (int position = 0; position < 80; position += 7) {
            PackedBatch part = mixed.read(position, 10);
            assertThat(part.ids()).isEqualTo(Arrays.copyOfRange(whole.ids(), position, position + 10));
            assertThat(part.maskable()).isEqualTo(Arrays.copyOfRange(whole.maskable(), position, position + 10));
        }
    }

    @ParameterizedTest
    @CsvSource({"30,0.4", "30,0.45", "1,0.3", "7,0.9", "30,0.01", "59000,0.45"})
    void an_epoch_reads_the_first_source_once(int rows, double share) {
        MixedSequences mixed = new MixedSequences(new Marked(1, 4, rows), text, share);
        int epoch = Math.toIntExact(mixed.numSequences());
        assertThat(Arrays.stream(mixed.read(0, epoch).ids()).filter(row -> row[0] == 1))
                .hasSize(rows);
    }

    @Test
    void what_cannot_be_mixed_is_refused() {
        assertThatThrownBy(() -> new MixedSequences(exercises, new Marked(2, 5, 1), 0.5))
                .hasMessage("rows of 4 and 5 positions cannot be mixed");
        for (double share : new double[] {0, 1, -0.5, Double.NaN}) {
            assertThatThrownBy(() -> new MixedSequences(exercises, text, share))
                    .hasMessageContaining("must be above 0 and below 1, got " + share);
        }
        MixedSequences mixed = new MixedSequences(exercises, text, 0.5);
        assertThatThrownBy(() -> mixed.read(-1, 1)).hasMessageContaining("got -1, 1");
        assertThatThrownBy(() -> mixed.read(0, 0)).hasMessageContaining("got 0, 0");
    }

    @Test
    void both_are_closed_once() {
        MixedSequences mixed = new MixedSequences(exercises, text, 0.5);
        mixed.close();
        mixed.close();
        assertThat(exercises.closed).isEqualTo(1);
        assertThat(text.closed).isEqualTo(1);
    }
}
