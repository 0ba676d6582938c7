package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthOddsTest {
    @Test
    void the_probabilities_of_lengths_are_the_differences_of_those_of_the_pads() {
        LengthOdds odds = LengthOdds.of(new TreeMap<>(Map.of(4, new double[] {0, 0.25, 0.75, 0.875})));
        assertThat(probabilities(odds)).containsExactly(new double[] {0.25, 0.5, 0.125, 0.125}, within(1e-12));
        assertThat(odds.probable(9)).containsExactly(2, 1, 3, 4);
        assertThat(odds.probable(2)).containsExactly(2, 1);
        assertThat(odds.most()).isEqualTo(4);
    }

    @Test
    void a_larger_ceiling_says_how_probable_the_lengths_of_a_smaller_one_are_together() {
        LengthOdds odds = LengthOdds.of(new TreeMap<>(Map.of(
                2, new double[] {0, 0.75},
                4, new double[] {0, 0.1, 0.6, 0.9})));
        assertThat(probabilities(odds)).containsExactly(new double[] {0.45, 0.15, 0.3, 0.1}, within(1e-12));
    }

    @Test
    void statements_that_contradict_each_other_are_averaged_and_no_length_is_impossible() {
        LengthOdds odds = LengthOdds.of(new TreeMap<>(Map.of(4, new double[] {0.9, 0.5, 0.3, 0.5})));
        double[] found = probabilities(odds);
        assertThat(found[0]).isCloseTo(0.4, within(1e-3));
        assertThat(Arrays.stream(found).min().getAsDouble()).isPositive();
        assertThat(IntStream.range(0, 4).mapToDouble(i -> found[i]).sum()).isCloseTo(1, within(1e-12));
        assertThat(LengthOdds.of(new TreeMap<>(Map.of(3, new double[3]))).probable(1))
                .containsExactly(3);
    }

    @Test
    void a_length_beyond_the_largest_ceiling_is_as_probable_as_that_and_none_is_below_one() {
        LengthOdds odds = LengthOdds.of(new TreeMap<>(Map.of(2, new double[] {0, 0.25})));
        assertThat(odds.log(9)).isEqualTo(odds.log(2));
        assertThatIllegalArgumentException().isThrownBy(() -> odds.log(0));
        assertThatIllegalArgumentException().isThrownBy(() -> LengthOdds.of(new TreeMap<>()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthOdds.of(new TreeMap<>(Map.of(3, new double[2]))))
                .withMessage("a ceiling of 3 masks has 2 probabilities");
    }

    private static double[] probabilities(LengthOdds odds) {
        return IntStream.rangeClosed(1, odds.most())
                .mapToDouble(length -> Math.exp(odds.log(length)))
                .toArray();
    }
}
