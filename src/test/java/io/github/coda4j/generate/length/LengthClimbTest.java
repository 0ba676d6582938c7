package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthClimbTest {
    @Test
    void finds_the_length_and_tries_the_lengths_of_the_published_search() {
        for (JsonNode golden : Goldens.cases("length/cal.json")) {
            JsonNode params = golden.get("params");
            LengthClimb climb = new LengthClimb(
                    params.get("start").intValue(),
                    params.get("span").intValue(),
                    params.get("max").intValue(),
                    params.get("patience").intValue());
            run(climb, golden);
            String id = golden.get("id").textValue();
            assertThat(climb.best()).as(id).isEqualTo(golden.get("length").intValue());
            assertThat(climb.probed())
                    .as(id)
                    .containsExactly(java.util.Arrays.stream(Goldens.ints(golden.get("probed")))
                            .boxed()
                            .toArray(Integer[]::new));
        }
    }

    private static void run(LengthClimb climb, JsonNode golden) {
        List<Integer> wanted = climb.wanted();
        while (!wanted.isEmpty()) {
            List<Double> scores = new ArrayList<>();
            for (int length : wanted) {
                double phi = golden.get("phi").get(length - 1).doubleValue();
                JsonNode bias = golden.get("bias");
                scores.add(bias.isNull() ? phi : phi / bias.get(length - 1).doubleValue());
            }
            climb.answer(scores);
            wanted = climb.wanted();
        }
    }

    @Test
    void asks_at_once_for_all_lengths_that_it_needs_whatever_they_score() {
        LengthClimb climb = new LengthClimb(8, 2, 64, 3);
        assertThat(climb.wanted()).containsExactly(8, 10, 12, 14);
        climb.answer(List.of(1.0, 0.5, 2.0, 1.5));
        assertThat(climb.wanted()).containsExactly(16, 18);
        climb.answer(List.of(0.0, 0.0));
        assertThat(climb.wanted()).containsExactly(6, 4, 2);
        climb.answer(List.of(0.0, 3.0, 1.0));
        assertThat(climb.wanted()).isEmpty();
        assertThat(climb.best()).isEqualTo(4);
    }

    @Test
    void a_ceiling_of_one_leaves_one_length() {
        LengthClimb climb = new LengthClimb(1, 1, 1, 4);
        assertThat(climb.wanted()).containsExactly(1);
        climb.answer(List.of(0.5));
        assertThat(climb.wanted()).isEmpty();
        assertThat(climb.best()).isEqualTo(1);
    }

    @Test
    void refuses_a_search_that_cannot_begin() {
        assertThatThrownBy(() -> new LengthClimb(8, 1, 4, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the first length must be in [1, 4], got 8");
        assertThatThrownBy(() -> new LengthClimb(1, 1, 0, 4)).hasMessageContaining("at least 1, got 0");
        assertThatThrownBy(() -> new LengthClimb(1, 0, 4, 4)).hasMessageContaining("span");
        assertThatThrownBy(() -> new LengthClimb(1, 1, 4, 0)).hasMessageContaining("patience");
    }
}
