package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.generate.length.LengthOdds;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthCalibratorTest {
    /** A byte that no text has. */
    private static final int PAD = 1;

    private static final LengthBias TRUE = new LengthBias(0.5, 0.4, 0.2, 0.02, 0.1);

    @Test
    void the_curve_is_that_of_the_model() {
        LengthCalibration found = new LengthCalibrator(20, 3).of(model(4096), texts(), OptionalInt.empty(), "abc");
        assertThat(found.lengths()).isEqualTo(LengthCalibrator.LENGTHS);
        for (int i = 0; i < found.lengths().size(); i++) {
            int length = found.lengths().get(i);
            assertThat(found.means().get(i)).isCloseTo(TRUE.of(length), within(1e-5));
            assertThat(found.bias().of(length)).isCloseTo(TRUE.of(length), within(5e-3));
        }
        assertThat(found).isEqualTo(new LengthCalibrator(20, 3).of(model(4096), texts(), OptionalInt.empty(), "abc"));
    }

    @Test
    void a_short_model_is_measured_as_far_as_it_goes_and_a_tiny_one_refused() {
        assertThat(new LengthCalibrator(2, 3)
                        .of(model(180), texts(), OptionalInt.empty(), "abc")
                        .lengths())
                .containsExactly(1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20);
        assertThatThrownBy(() -> new LengthCalibrator(2, 3).of(model(128), texts(), OptionalInt.empty(), "abc"))
                .hasMessage("a model that takes 128 tokens is too short to be calibrated: it needs 165");
        assertThatThrownBy(() ->
                        new LengthCalibrator(2, 3).of(model(4096), List.of(new int[18]), OptionalInt.empty(), "abc"))
                .hasMessage("no text has more than 18 tokens: name longer ones");
        assertThatThrownBy(() -> new LengthCalibrator(0, 3)).hasMessage("the places must be at least 1, got 0");
    }

    @Test
    void pads_that_know_the_removed_lengths_give_a_ceiling_and_others_none() {
        OptionalInt pad = OptionalInt.of(PAD);
        assertThat(new LengthCalibrator(20, 3)
                        .of(padding(), texts(), pad, "abc")
                        .ceiling())
                .isPresent();
        assertThat(new LengthCalibrator(20, 3)
                        .of(padding(), texts(), OptionalInt.empty(), "abc")
                        .ceiling())
                .isEmpty();
        assertThat(new LengthCalibrator(20, 3)
                        .of(model(4096), texts(), pad, "abc")
                        .ceiling())
                .isEmpty();
    }

    @Test
    void pads_that_know_something_and_find_long_holes_the_most_probable_give_no_ceiling() {
        List<Integer> removed = List.of(1, 2, 3, 5, 8, 1, 2, 4);
        List<LengthOdds> right = removed.stream()
                .map(own -> odds(length -> (length == own ? 1.5 : 1) / length))
                .toList();
        List<LengthOdds> wrong = removed.stream()
                .map(own -> odds(length -> (length == own ? 1.5 : 1) * length))
                .toList();
        List<LengthOdds> knowingNothing =
                removed.stream().map(_ -> odds(length -> 1.0 / length)).toList();
        assertThat(LengthCalibrator.ceiling(right, removed)).hasValue(24);
        assertThat(LengthCalibrator.ceiling(wrong, removed)).isEmpty();
        assertThat(LengthCalibrator.ceiling(knowingNothing, removed)).isEmpty();
    }

    /** Lengths up to 24 with such weights. */
    private static LengthOdds odds(IntToDoubleFunction weight) {
        double all = IntStream.rangeClosed(1, 24).mapToDouble(weight).sum();
        double[] pads = new double[24];
        for (int i = 1; i < 24; i++) {
            pads[i] = pads[i - 1] + weight.applyAsDouble(i) / all;
        }
        return LengthOdds.of(new TreeMap<>(Map.of(24, pads)));
    }

    /** Says pads for what a hole with a pad behind it has more than is missing of {@code some code; } over and over. */
    private static RuleDenoiser padding() {
        return new RuleDenoiser(
                4096, (sequence, position) -> position >= missingEnd(sequence) ? PAD : 'a', (_, _) -> 0.9);
    }

    private static int missingEnd(int[] sequence) {
        int pad = IntStream.range(0, sequence.length)
                .filter(i -> sequence[i] == PAD)
                .findFirst()
                .orElse(-1);
        if (pad < 0) {
            return sequence.length;
        }
        int start = IntStream.range(0, sequence.length)
                .filter(i -> sequence[i] == ByteTokenizer.MASK)
                .findFirst()
                .getAsInt();
        String period = "some code; ";
        String before = new ByteTokenizer().decode(Arrays.copyOf(sequence, start));
        String after = new ByteTokenizer().decode(Arrays.copyOfRange(sequence, pad + 1, sequence.length));
        String endless = period.repeat(20);
        return IntStream.rangeClosed(1, period.length())
                .filter(missing -> IntStream.range(0, period.length())
                        .anyMatch(phase -> endless.startsWith(before, phase)
                                && endless.startsWith(after, phase + before.length() + missing)))
                .map(missing -> start + missing)
                .findFirst()
                .orElse(sequence.length);
    }

    private static List<int[]> texts() {
        return List.of(new int[5], new ByteTokenizer().encode("some code; ".repeat(40)));
    }

    /** As sure of every mask as the curve says of its number. */
    private static RuleDenoiser model(int maxPositions) {
        return new RuleDenoiser(
                maxPositions,
                (_, _) -> 'a',
                (sequence, _) -> TRUE.of((int) Arrays.stream(sequence)
                        .filter(id -> id == ByteTokenizer.MASK)
                        .count()));
    }
}
