package io.github.coda4j.generate.length;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.testkit.Goldens;
import org.junit.jupiter.api.Test;

class RhoEosTest {
    @Test
    void changes_the_length_as_published() {
        for (JsonNode golden : Goldens.cases("length/rho-eos.json")) {
            JsonNode params = golden.get("params");
            RhoEos rule = new RhoEos(
                    params.get("unit").intValue(),
                    params.get("max").intValue(),
                    params.get("changes").intValue());
            int length = rule.next(
                    golden.get("forward").intValue(),
                    golden.get("masks").intValue(),
                    golden.get("eos_best").intValue(),
                    golden.get("length").intValue());
            assertThat(length)
                    .as(golden.get("id").textValue())
                    .isEqualTo(golden.get("new_length").intValue());
        }
    }

    @Test
    void refuses_counts_that_cannot_be() {
        assertThatThrownBy(() -> RhoEos.PUBLISHED.next(1, 4, 5, 64)).hasMessage("5 of 4 masks cannot end the text");
        assertThatThrownBy(() -> new RhoEos(0, 64, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
