package io.github.coda4j.serve.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.decode.commit.PolicyParameter;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.generate.request.Parameter;
import io.github.coda4j.generate.request.Setting;
import io.github.coda4j.generate.request.ValueSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EffortTest {
    private static final Given NOTHING = Given.inJava();

    @Test
    void the_best_rules_are_taken_where_the_most_probable_tokens_are() {
        assertThat(rule(Effort.LOW, NOTHING)).contains("factor");
        assertThat(rule(Effort.MEDIUM, NOTHING)).contains("hierarchy");
        assertThat(rule(Effort.MEDIUM, body("{\"temperature\": 0, \"top_p\": 1, \"top_k\": 0}"), NOTHING))
                .contains("hierarchy");
        assertThat(rule(Effort.HIGH, NOTHING)).isEmpty();
    }

    @Test
    void drawn_tokens_and_a_threshold_of_the_requests_have_the_threshold() {
        for (String said : List.of("{\"temperature\": 0.5}", "{\"top_p\": 0.9}", "{\"top_k\": 5}")) {
            assertThat(rule(Effort.LOW, body(said))).contains("confidence_threshold");
            assertThat(rule(Effort.LOW, NOTHING, body(said))).contains("confidence_threshold");
        }
        assertThat(rule(Effort.MEDIUM, body("{\"threshold\": 0.8}"))).contains("confidence_threshold");
        assertThat(rule(Effort.MEDIUM, body("{\"alg_param\": {\"threshold\": 0.8}}")))
                .contains("confidence_threshold");
        assertThat(rule(Effort.LOW, body("{\"temperature\": 0}"), body("{\"temperature\": 0.5}")))
                .as("the request counts")
                .contains("factor");
    }

    @Test
    void each_rule_has_the_parameters_that_it_is_given() {
        for (Effort effort : Effort.values()) {
            for (ValueSource said : List.of(NOTHING, body("{\"temperature\": 1}"))) {
                rule(effort, said).ifPresent(rule -> {
                    Set<String> given = effort.settings(true, List.of(said))
                            .find(Parameter.ALG_PARAM)
                            .map(Setting::value)
                            .map(Map::keySet)
                            .orElseThrow();
                    assertThat(CommitPolicies.find(rule).orElseThrow().parameters())
                            .extracting(PolicyParameter::name)
                            .containsAll(given);
                });
            }
        }
    }

    private static ValueSource body(String json) {
        return ValueSource.body(json, "a request");
    }

    private static Optional<String> rule(Effort effort, ValueSource... said) {
        return effort.settings(true, List.of(said)).find(Parameter.ALG).map(Setting::value);
    }
}
