package io.github.coda4j.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerFaultTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"choices\":[{\"text\":\"RuntimeException\"}]}\n\n",
                "{\"content\":\"throw new java.lang.IllegalStateException(\\\"at io.\\\");\"}",
                "{\"content\":\"event: error\\n{\\\"error\\\"\"}",
            })
    void what_a_model_writes_is_none(String body) {
        assertThat(ServerFault.in(200, body)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"choices\":[]}\n\nevent: error\ndata: {\"error\":{\"message\":\"x\"}}\n\n",
                "data: {\"choices\":[]}\n\ndata: {\"error\":{\"message\":\"x\"}}\n\n",
                "{\"response\":\"a\"}\n{\"error\":\"x\"}\n",
                "{\"error\":{\"code\":\"internal_error\"}}",
            })
    void a_stream_that_was_broken_off_is_one(String body) {
        assertThat(ServerFault.in(200, body)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\\n\\tat io.github.coda4j.serve.Planner.text(Planner.java:75)\\n",
                "x\n\tat java.base/java.lang.Thread.run(Thread.java:1474)\n",
            })
    void a_stack_trace_is_one_whatever_the_status(String body) {
        assertThat(ServerFault.in(200, body)).isTrue();
        assertThat(ServerFault.in(400, body)).isTrue();
    }

    @Test
    void refusals_are_in_words() {
        assertThat(ServerFault.in(400, "{\"error\":{\"message\":\"n must be 1 to 4, got 9\"}}"))
                .isFalse();
        assertThat(ServerFault.in(400, "{\"error\":{\"message\":\"java.lang.ClassCastException: x\"}}"))
                .isTrue();
        assertThat(ServerFault.in(400, "{\"error\":{\"message\":\"NullPointerException\"}}"))
                .isTrue();
        assertThat(ServerFault.in(503, "")).isTrue();
    }
}
