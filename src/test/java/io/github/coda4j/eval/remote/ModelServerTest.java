package io.github.coda4j.eval.remote;

import static io.github.coda4j.eval.remote.FakeServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.answers.Answer;
import io.github.coda4j.eval.answers.Question;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Document;
import io.github.coda4j.text.MarkedText;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.web.RetryPolicy;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asking a server: what is sent, what comes of its answers, what is tried again. */
@Timeout(60)
class ModelServerTest {
    private static final RetryPolicy POLICY =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(30), Duration.ofSeconds(5));
    private static final Problem PROBLEM = new Problem("T/0", "p", "s", "c", "", "", List.of(), "", "{}");

    private final FakeServer fake = new FakeServer();
    private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        fake.close();
    }

    private ModelServer server(String address, Duration timeout, Optional<String> key) {
        return ModelServer.connect(
                ModelServer.Address.of(address, key, timeout),
                Optional.of("m"),
                ProxyVariables.NONE,
                POLICY,
                waits::add,
                (what, reason, wait) -> told.add(reason));
    }

    private Answer ask(Question.Form form, ObjectNode sampling) throws Exception {
        try (ModelServer server = server(fake.address(), Duration.ofSeconds(20), Optional.of("secret"))) {
            return server.respondent(sampling)
                    .ask(new Question(PROBLEM, 2, form))
                    .get();
        }
    }

    private static ObjectNode sampling() {
        return JsonNodeFactory.instance.objectNode().put("max_tokens", 9).put("seed", 5);
    }

    private static Question.Form text(String text) {
        return new Question.Continue(MarkedText.trusted(text));
    }

    private ObjectNode body(int index) {
        String asked = fake.asked().get(index);
        return Json.parseObject(asked.substring(asked.indexOf('{')), "body");
    }

    @Test
    void texts_holes_and_chats_are_sent_as_the_protocol_has_them() throws Exception {
        fake.next(status(
                200,
                "{\"choices\":[{\"text\":\"T\"}],\"usage\":{\"completion_tokens\":7},"
                        + "\"coda\":{\"cost\":{\"forwards\":12,\"length_forwards\":4}}}"));
        Answer answer = ask(text("before"), sampling());
        assertThat(answer.text()).isEqualTo("T");
        assertThat(answer.newTokens()).isEqualTo(7);
        assertThat(answer.forwards()).hasValue(12);
        assertThat(answer.lengthForwards()).isEqualTo(4);
        assertThat(fake.asked().getFirst()).startsWith("POST /v1/completions {");
        assertThat(body(0).get("prompt").asText()).isEqualTo("before");
        assertThat(body(0).get("model").asText()).isEqualTo("m");
        assertThat(body(0).get("seed").asInt()).as("seed and sample").isEqualTo(7);
        assertThat(fake.keys().getFirst()).isEqualTo("Bearer secret");

        assertThat(ask(new Question.Fill("b", new Document.Hole(4), "a"), sampling())
                        .forwards())
                .isEmpty();
        assertThat(body(1).get("suffix").asText()).isEqualTo("a");
        assertThat(body(1).get("max_tokens").asInt()).isEqualTo(4);
        assertThat(body(1).get("length").asText()).isEqualTo("fixed");
        ask(new Question.Fill("b", Document.Hole.upTo(6), ""), sampling());
        assertThat(body(2).has("suffix")).isFalse();
        assertThat(body(2).has("length")).as("a length that is found").isFalse();

        fake.next(status(200, "{\"choices\":[{\"message\":{\"content\":null}}]}"));
        assertThat(ask(new Question.Chat("hello"), sampling()).text()).isEmpty();
        assertThat(fake.asked().get(3)).startsWith("POST /v1/chat/completions {");
        assertThat(body(3).at("/messages/0/content").asText()).isEqualTo("hello");
    }

    @Test
    void what_may_pass_is_asked_again_after_as_long_as_the_server_says() throws Exception {
        String soon = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(20));
        fake.next(
                status(429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "7"),
                status(503, "", "Retry-After", soon));
        assertThat(ask(text("x"), sampling()).text()).isEqualTo("usual");
        assertThat(fake.asked()).hasSize(3);
        assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(7));
        assertThat(waits.getLast()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
        assertThat(told).containsExactly("answers 429: slow down", "answers 503");
    }

    @Test
    void a_server_that_keeps_failing_ends_it_in_one_line_that_says_how_to_go_on() {
        fake.always(status(500, "{\"error\":{\"message\":\"out of\\nmemory\"}}"));
        assertThatThrownBy(() -> ask(text("x"), sampling()))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(CodaException.class)
                .hasMessage(fake.address() + "/completions: answers 500: out of memory, 3 times in a row; the same"
                        + " command goes on from here");
        fake.always(status(429, "", "Retry-After", "3600"));
        assertThatThrownBy(() -> ask(text("x"), sampling()))
                .cause()
                .hasMessageContaining("asks to wait 3600 s; the same command goes on from here");
    }

    @Test
    void what_is_refused_is_not_asked_again() {
        fake.always(status(400, "{\"error\":{\"message\":\"steps is unknown\"}}"));
        assertThatThrownBy(() -> ask(text("x"), sampling()))
                .cause()
                .hasMessage(fake.address() + "/completions answers 400: steps is unknown");
        fake.always(status(401, "<html>no</html>"));
        assertThatThrownBy(() -> ask(text("x"), sampling()))
                .cause()
                .hasMessageEndingWith(
                        "answers 401: <html>no</html>; name the variable that holds its key with" + " --api-key-env");
        fake.always(status(200, "{\"id\":1}"));
        assertThatThrownBy(() -> ask(text("x"), sampling())).cause().hasMessageContaining("answers without choices");
        fake.always(status(200, "<html>"));
        assertThatThrownBy(() -> ask(text("x"), sampling())).cause().isInstanceOf(CodaException.class);
        assertThat(fake.asked()).hasSize(4);
        assertThat(waits).isEmpty();
    }

    @Tag("slow")
    @Test
    void nobody_who_answers_is_an_error_in_the_end() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (ModelServer server = server("http://127.0.0.1:" + free, Duration.ofSeconds(5), Optional.empty())) {
            assertThatThrownBy(() -> server.respondent(sampling())
                            .ask(new Question(PROBLEM, 0, text("x")))
                            .get())
                    .cause()
                    .hasMessageStartingWith("http://127.0.0.1:" + free + "/v1/completions: ")
                    .hasMessageEndingWith("3 times in a row; the same command goes on from here");
        }
        fake.always(call -> {
            try {
                Thread.sleep(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (ModelServer server = server(fake.address(), Duration.ofMillis(200), Optional.empty())) {
            assertThatThrownBy(() -> server.respondent(sampling())
                            .ask(new Question(PROBLEM, 0, text("x")))
                            .get())
                    .cause()
                    .hasMessageContaining("request timed out, 3 times in a row");
        }
    }

    @Test
    void without_a_name_the_first_model_of_the_list_is_asked() {
        fake.next(status(200, "{\"data\":[{\"id\":\"first\"},{\"id\":\"second\"}]}"));
        ModelServer.Address address = ModelServer.Address.of(fake.address(), Optional.empty(), Duration.ofSeconds(20));
        try (ModelServer server =
                ModelServer.connect(address, Optional.empty(), ProxyVariables.NONE, (what, reason, wait) -> {})) {
            assertThat(server.model().get("model").asText()).isEqualTo("first");
        }
        assertThat(fake.asked().getFirst()).startsWith("GET /v1/models");
        fake.next(status(200, "{\"data\":[]}"));
        assertThatThrownBy(() ->
                        ModelServer.connect(address, Optional.empty(), ProxyVariables.NONE, (what, reason, wait) -> {}))
                .hasMessageContaining("lists no model: name one with --model");
    }

    @Test
    void addresses_are_read_with_and_without_a_path() {
        assertThat(ModelServer.Address.of("http://h:1", Optional.empty(), Duration.ofSeconds(1))
                        .base())
                .hasToString("http://h:1/v1");
        assertThat(ModelServer.Address.of("https://h/api/v3/", Optional.empty(), Duration.ofSeconds(1))
                        .base())
                .hasToString("https://h/api/v3");
        for (String wrong : List.of("h:8000", "ftp://h", "http://", "http://h?x=1", "no address")) {
            assertThatThrownBy(() -> ModelServer.Address.of(wrong, Optional.empty(), Duration.ofSeconds(1)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--base-url must be an address like http://127.0.0.1:8000/v1, got '");
        }
    }
}
