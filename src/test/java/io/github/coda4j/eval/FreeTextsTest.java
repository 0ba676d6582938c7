package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is repeated and copied in what a model writes. */
class FreeTextsTest {
    private static int[] random(int seed, int length) {
        return new Random(seed).ints(length, 0, 8000).toArray();
    }

    private static int[] joined(int[]... parts) {
        return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
    }

    private static int[] part(int[] tokens, int from, int to) {
        return java.util.Arrays.copyOfRange(tokens, from, to);
    }

    @Test
    void repetition_is_the_share_of_runs_that_stood_before_in_the_same_text() {
        int[] twice = {1, 2, 3, 4, 5, 1, 2, 3, 4, 5};
        FreeTexts.Report report =
                FreeTexts.report(List.of(twice, new int[] {1, 2, 3, 4}, new int[0]), Stream.of(), 4, 5);
        assertThat(report.texts()).isEqualTo(2);
        assertThat(report.tokens()).isEqualTo(14);
        assertThat(report.repeated()).as("of seven runs and one, two again").isEqualTo(2.0 / 8);
        assertThat(FreeTexts.report(List.of(new int[] {7, 7}), Stream.of(), 4, 5)
                        .repeated())
                .isZero();
    }

    @Test
    void a_copy_is_a_run_of_a_training_document_and_its_longest_counts() {
        int[] document = random(1, 300);
        int[] copy = joined(random(2, 20), part(document, 100, 175), random(3, 20));
        int[] shorter = joined(random(4, 30), part(document, 10, 70), random(5, 30));
        int[] atEnd = joined(random(6, 5), part(document, 239, 300));
        List<int[]> training = List.of(random(7, 100), document, new int[] {1});
        FreeTexts.Report report = FreeTexts.report(List.of(copy, shorter, random(8, 100)), training.stream(), 4, 61);
        assertThat(report.copied()).as("one of 75 tokens, one of 60").isEqualTo(1);
        assertThat(report.longest()).isEqualTo(75);
        assertThat(FreeTexts.report(List.of(shorter), training.stream(), 4, 60).longest())
                .isEqualTo(60);
        assertThat(FreeTexts.report(List.of(atEnd), training.stream(), 4, 61).longest())
                .isEqualTo(61);
        FreeTexts.Report none = FreeTexts.report(List.of(random(8, 100)), training.stream(), 4, 61);
        assertThat(none.copied()).isZero();
        assertThat(none.longest()).isZero();
    }
}
