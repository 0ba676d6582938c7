package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthBiasTest {
    @Test
    void the_published_curve_is_that_of_the_published_search() {
        for (JsonNode golden : Goldens.cases("length/cal.json")) {
            JsonNode bias = golden.get("bias");
            for (int length = 1; !bias.isNull() && length <= bias.size(); length++) {
                assertThat(LengthBias.PUBLISHED.of(length))
                        .isCloseTo(bias.get(length - 1).doubleValue(), within(1e-12));
            }
        }
    }

    @Test
    void a_fit_finds_the_curve_that_made_the_means() {
        List<Integer> lengths = IntStream.rangeClosed(1, 64).boxed().toList();
        List<LengthBias> curves = List.of(
                LengthBias.PUBLISHED,
                new LengthBias(0, 1, 0.4, 0.1, 0.3),
                new LengthBias(0.3, 0.6, 0.2, 0.02, 0),
                LengthBias.NONE);
        for (LengthBias curve : curves) {
            LengthBias fitted =
                    LengthBias.fit(lengths, lengths.stream().map(curve::of).toList());
            for (int length : lengths) {
                assertThat(fitted.of(length)).as("%s at %d", curve, length).isCloseTo(curve.of(length), within(2e-3));
            }
        }
    }

    @Test
    void a_fit_of_means_that_rise_is_flat_and_positive() {
        List<Integer> lengths = List.of(1, 2, 4, 8, 16, 32);
        LengthBias fitted = LengthBias.fit(lengths, List.of(0.1, 0.2, 0.2, 0.3, 0.3, 0.4));
        assertThat(lengths).allSatisfy(length -> assertThat(fitted.of(length)).isBetween(0.1, 0.4));
    }

    @Test
    void refuses_means_that_cannot_be_fitted() {
        assertThatThrownBy(() -> LengthBias.fit(List.of(1, 2, 3, 4), List.of(1.0, 1.0, 1.0, 1.0)))
                .hasMessage("5 parameters need means of at least 5 lengths, got 4");
        assertThatThrownBy(() -> LengthBias.fit(List.of(1, 2), new ArrayList<>()))
                .hasMessageContaining("2 lengths");
        assertThatThrownBy(() -> new LengthBias(-1, 1, 1, 1, 1)).hasMessageContaining("got -1.0");
        assertThatThrownBy(() -> new LengthBias(0, 1, 0, 1, 0)).hasMessageContaining("positive");
    }
}
