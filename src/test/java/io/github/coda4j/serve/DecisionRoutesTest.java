package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.Client.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Typed decisions as System One's clients ask for them. */
@Timeout(120)
class DecisionRoutesTest {
    private static MiniServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        server = new MiniServer(16, _ -> {});
        client = new Client(server.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static Reply post(String json) {
        return client.post("/v1/systemone", json.replace('\'', '"'));
    }

    @Test
    void every_question_has_its_type_s_answer_under_its_name() {
        JsonNode json = post("{'state': {'code': 'x++'}, 'model': 'jev-latest', 'questions': {"
                        + "'loop': {'type': 'noul', 'instructions': 'Is it a loop?', 'criteria': null},"
                        + "'kind': {'type': 'choice', 'instructions': 'What is it?', 'criteria':"
                        + " {'statement': 'ends with ;', 'expression': null}},"
                        + "'good': {'type': 'score', 'instructions': 'How good?', 'criteria': ['bad', 'ok', 'good']}}}")
                .json();
        assertThat(json.at("/answers/loop/type").textValue()).isEqualTo("noul");
        assertThat(json.at("/answers/loop/noul").doubleValue()).isBetween(0.0, 1.0);
        JsonNode kind = json.at("/answers/kind");
        assertThat(kind.get("probabilities").get("statement").doubleValue()
                        + kind.get("probabilities").get("expression").doubleValue())
                .isCloseTo(1, within(1e-9));
        assertThat(kind.get("choice").textValue()).isIn("statement", "expression");
        assertThat(kind.get("confidence").doubleValue()).isBetween(0.0, 1.0);
        JsonNode good = json.at("/answers/good");
        assertThat(good.get("score").doubleValue())
                .isCloseTo(
                        good.get("probabilities").get("1").doubleValue()
                                + 2 * good.get("probabilities").get("2").doubleValue(),
                        within(1e-9));
        assertThat(json.at("/usage/input_tokens").intValue()).isGreaterThan(30);
        assertThat(json.at("/usage/output_tokens").intValue()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'questions': {'a': {'type': 'noul', 'instructions': 'So?'}}} ~ state must be",
                "{'state': 'x', 'questions': {}} ~ at least one question",
                "{'state': 'x', 'questions': {'a': {'type': 'noul'}}} ~ questions.a must be an object with type",
                "{'state': 'x', 'questions': {'a': {'type': 'bool', 'instructions': 'So?'}}} ~ noul, choice or score",
                "{'state': 'x', 'questions': {'a': {'type': 'choice', 'instructions': 'So?', 'criteria': ['y']}}}"
                        + " ~ at least two answers",
                "{'state': 'x', 'questions': {'a': {'type': 'score', 'instructions': 'So?'}}} ~ a list of levels",
            })
    void what_cannot_be_decided_is_refused_with_its_place(String body, String message) {
        Reply reply = post(body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains(message);
    }

    @Test
    void a_state_that_is_too_long_is_refused() {
        Reply reply = post("{'state': '" + "x y ".repeat(20_000)
                + "', 'questions': {'a': {'type': 'noul', 'instructions': 'So?'}}}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("the model takes at most");
    }
}
