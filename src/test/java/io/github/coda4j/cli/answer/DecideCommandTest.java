package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.files.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class DecideCommandTest {
    private final Cli cli = new Cli().real();

    @Test
    void options_are_listed_with_their_probabilities() {
        assertThat(cli.run("decide", "--state", "x++", "--option", "loop", "--option", "call=of f", "What is it?"))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).containsPattern(" *\\d+\\.\\d %  loop\n *\\d+\\.\\d %  call\n");
        assertThat(cli.err()).contains("was not trained to decide");
    }

    @Test
    void json_has_all_of_a_score() {
        assertThat(cli.run("decide", "--json", "--level", "bad", "--level", "good", "How good is it?"))
                .as(cli.err())
                .isZero();
        JsonNode json = Json.parse(cli.out(), "decide");
        assertThat(json.get("kind").textValue()).isEqualTo("score");
        assertThat(json.get("score").doubleValue())
                .isEqualTo(json.get("probabilities").get("1").doubleValue());
        assertThat(json.get("label").textValue()).isIn("0", "1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--option a What? ~ at least two answers",
                "--option a --level b What? ~ exclude each other",
                "--state x --state-file y What? ~ leave one of them out",
            })
    void what_decides_nothing_is_refused(String arguments, String message) {
        List<String> all = new ArrayList<>(List.of("decide"));
        all.addAll(List.of(arguments.split(" ")));
        assertThat(cli.run(all.toArray(String[]::new))).isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }
}
