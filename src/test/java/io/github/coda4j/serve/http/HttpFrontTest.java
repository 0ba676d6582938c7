package io.github.coda4j.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.Client;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.serve.wire.Problem;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself, without a model behind it. */
@Timeout(60)
@Tag("slow")
class HttpFrontTest {
    private static final int MAX_BODY = 300_000;
    private static final HttpOptions OPTIONS = HttpOptions.local(0).withMaxBody(MAX_BODY);

    private final List<Call> finished = new CopyOnWriteArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicLong written = new AtomicLong();
    private HttpFront front;
    private Client client;

    private void start(HttpOptions options) {
        List<Route> routes = List.of(
                Route.get("/open", call -> call.answer(200, Json.of(Map.of("status", "ok"))))
                        .withoutKey(),
                Route.get("/things/{id}", call -> call.answer(200, Json.of(Map.of("id", call.rest())))),
                Route.post("/size", call -> call.answer(200, Json.of(Map.of("size", call.body().length)))),
                Route.post("/fail", call -> {
                    throw new IllegalStateException("secret of " + call.id());
                }),
                Route.post("/silent", call -> {
                    FrameStream stream = call.stream(Call.EVENTS);
                    call.onGone(go::countDown);
                    go.await();
                    stream.write("data: last\n\n");
                    stream.end();
                }),
                Route.post("/flood", call -> {
                    FrameStream stream = call.stream(Call.EVENTS);
                    String frame = "data: " + "x".repeat(1000) + "\n\n";
                    while (!call.isGone()) {
                        stream.write(frame);
                        written.incrementAndGet();
                    }
                }));
        front = new HttpFront(
                options,
                new RouteTable(routes),
                (e, call) -> e instanceof Problem problem ? problem : Problem.internal(call.id(), e),
                finished::add);
        client = new Client(front.listen());
    }

    @AfterEach
    void stop() {
        go.countDown();
        if (front != null) {
            client.close();
            front.close();
        }
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing, 404, not_found",
        "POST, /things, 404, not_found",
        "GET, /size, 405, method_not_allowed",
        "DELETE, /size, 405, method_not_allowed",
        "BREW, /size, 405, method_not_allowed",
    })
    void what_there_is_not_is_said(String method, String path, int status, String code) {
        start(OPTIONS);
        Reply reply = client.send(method, path, "");
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.json().at("/error/code").textValue()).isEqualTo(code);
        assertThat(reply.json().get("error").properties()).hasSize(4);
        assertThat(reply.header("allow")).isEqualTo(status == 405 ? "POST" : "");
    }

    @Test
    void the_rest_of_a_path_may_have_slashes_and_a_query_is_passed_over() {
        start(OPTIONS);
        assertThat(client.get("/things/a/b?c=d").json().get("id").textValue()).isEqualTo("a/b");
        assertThat(client.send("HEAD", "/open", "").status()).isEqualTo(200);
        assertThat(client.send("OPTIONS", "/size", "").header("allow")).isEqualTo("POST, OPTIONS");
    }

    @Test
    void requests_keep_the_name_that_the_client_gives() {
        start(OPTIONS);
        assertThat(client.get("/open", "x-request-id", "abc-1").header("x-request-id"))
                .isEqualTo("abc-1");
        assertThat(client.get("/open", "x-request-id", "with space").header("x-request-id"))
                .startsWith("req_");
        assertThat(client.get("/open").header("x-request-id")).startsWith("req_");
    }

    @Test
    void a_body_beyond_the_limit_is_413_announced_or_not() throws IOException {
        start(OPTIONS);
        String most = "x".repeat(MAX_BODY);
        assertThat(client.post("/size", most).json().get("size").intValue()).isEqualTo(MAX_BODY);
        try (Raw raw = client.raw()) {
            raw.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 413 ").contains("body_too_large");
        }
        try (Raw raw = client.raw()) {
            raw.send("POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "FFFF\r\n" + "x".repeat(0xFFFF) + "\r\n";
            for (int i = 0; i < 6; i++) {
                raw.send(chunk);
            }
            assertThat(raw.readAll()).startsWith("HTTP/1.1 413 ");
        }
        assertThat(client.get("/open").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, 200",
        "application/json; charset=utf-8, 200",
        "application/vnd.api+json, 200",
        "application/x-www-form-urlencoded, 200",
        "text/plain, 415",
        "multipart/form-data; boundary=x, 415",
    })
    void bodies_are_json(String type, int status) {
        start(OPTIONS);
        assertThat(client.send("POST", "/size", "{}", "Content-Type", type).status())
                .isEqualTo(status);
    }

    @Test
    void a_form_from_a_page_is_refused() {
        start(OPTIONS);
        assertThat(client.send(
                                "POST",
                                "/size",
                                "{}",
                                "Content-Type",
                                "application/x-www-form-urlencoded",
                                "Origin",
                                "https://evil.example")
                        .status())
                .isEqualTo(415);
    }

    @Test
    void keys_open_in_three_ways_and_nothing_else_does() {
        start(OPTIONS.withKeys(List.of("first", "second")));
        assertThat(client.get("/open").status()).isEqualTo(200);
        for (String[] header :
                new String[][] {{"Authorization", "Bearer second"}, {"Authorization", "first"}, {"X-Api-Key", "second"}
                }) {
            assertThat(client.post("/size", "{}", header).status()).isEqualTo(200);
        }
        for (String[] header : new String[][] {
            {}, {"Authorization", "Bearer "}, {"Authorization", "Bearer firs"}, {"X-Api-Key", "secondd"}
        }) {
            Reply reply = client.post("/size", "{}", header);
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("www-authenticate")).isEqualTo("Bearer");
            assertThat(reply.json().at("/error/code").textValue()).isEqualTo("invalid_api_key");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer undefined", "k"})
    void without_keys_any_authorization_passes(String authorization) {
        start(OPTIONS);
        assertThat(client.post("/size", "{}", "Authorization", authorization).status())
                .isEqualTo(200);
    }

    @Test
    void browsers_are_answered_for_the_origins_that_may_call() {
        start(OPTIONS.withOrigins(List.of("https://good.example")));
        Reply asked = client.send(
                "OPTIONS",
                "/size",
                "",
                "Origin",
                "https://good.example",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization");
        assertThat(asked.status()).isEqualTo(204);
        assertThat(asked.header("access-control-allow-origin")).isEqualTo("https://good.example");
        assertThat(asked.header("access-control-allow-headers")).isEqualTo("authorization");
        assertThat(asked.header("vary")).isEqualTo("Origin");
        assertThat(client.post("/size", "{}", "Origin", "https://good.example").header("access-control-allow-origin"))
                .isEqualTo("https://good.example");
        assertThat(client.post("/size", "{}", "Origin", "https://other.example").header("access-control-allow-origin"))
                .isEmpty();
    }

    @Test
    void a_failure_says_where_to_look_and_no_more() {
        start(OPTIONS);
        Reply reply = client.post("/fail", "{}", "x-request-id", "mine");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.text()).contains("mine").doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void an_upgrade_to_http2_with_a_body_is_served() {
        start(OPTIONS);
        for (int size : new int[] {0, 10, 70_000, MAX_BODY}) {
            try (Client upgrading = new Client(client.address(), HttpClient.Version.HTTP_2)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(upgrading
                                    .post("/size", "x".repeat(size))
                                    .json()
                                    .get("size")
                                    .intValue())
                            .isEqualTo(size);
                }
            }
        }
    }

    @Test
    void a_silent_stream_is_kept_alive_by_comments() throws IOException {
        start(OPTIONS.withTimes(
                Duration.ofMillis(100), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30)));
        try (Raw raw = client.raw()) {
            String begun = raw.post("/silent", "{}").readUntil(":\n\n\r\n");
            assertThat(begun).startsWith("HTTP/1.1 200 ").contains("text/event-stream");
            go.countDown();
            String rest = raw.readUntil("0\r\n\r\n");
            assertThat(rest).contains("data: last\n\n").doesNotContain("ping");
        }
    }

    @Test
    void a_reader_that_reads_nothing_holds_the_writer_and_is_given_up() throws Exception {
        start(OPTIONS.withTimes(
                Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofSeconds(30)));
        try (Raw raw = client.raw()) {
            raw.post("/flood", "{}");
            await(() -> written.get() > 0);
            long before = -1;
            while (before != written.get()) {
                before = written.get();
                Thread.sleep(300);
            }
            assertThat(before).as("frames of 1 kB").isLessThan(12_000);
            await(() -> finished.size() == 1);
            assertThat(finished.getFirst().isGone()).isTrue();
            assertThat(finished.getFirst().facts()).containsEntry("stalled", true);
        }
    }

    @Test
    void expect_100_continue_is_answered_before_the_body_comes() throws IOException {
        start(OPTIONS);
        try (Raw raw = client.raw()) {
            raw.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(raw.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
            assertThat(raw.send("{}").readUntil("}")).contains("HTTP/1.1 200 OK");
        }
        try (Raw raw = client.raw()) {
            raw.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 413 ").doesNotContain("100 Continue");
        }
    }

    @Test
    void http_1_0_is_answered_without_chunks_and_closed() throws IOException {
        start(OPTIONS);
        go.countDown();
        try (Raw raw = client.raw()) {
            raw.send("POST /silent HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(raw.readAll())
                    .startsWith("HTTP/1.")
                    .endsWith("\r\n\r\ndata: last\n\n")
                    .doesNotContain("chunked");
        }
    }

    @Test
    void requests_in_a_row_are_answered_in_their_order() throws IOException {
        start(OPTIONS);
        try (Raw raw = client.raw()) {
            raw.send("GET /things/1 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
                    + "GET /things/3 HTTP/1.1\r\nHost: a\r\n\r\n");
            String all = raw.readUntil("\"id\":\"3\"}");
            assertThat(all.indexOf("\"id\":\"1\"}")).isPositive().isLessThan(all.indexOf("{\"size\":2}"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /size HTTP/1.1\r\nContent-Length: x\r\n\r\n"
            })
    void what_is_no_request_is_400_or_closed(String request) throws IOException {
        start(OPTIONS);
        try (Raw raw = client.raw()) {
            String all = raw.send(request).readAll();
            assertThat(all).matches("(?s)(HTTP/[0-9.]+ (400|501) .*)?");
        }
        assertThat(client.get("/open").status()).isEqualTo(200);
    }

    @Test
    void a_long_request_line_is_414_and_long_headers_are_431() throws IOException {
        start(OPTIONS);
        try (Raw raw = client.raw()) {
            raw.send("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(raw.readAll()).contains(" 414 ");
        }
        try (Raw raw = client.raw()) {
            raw.send("GET /open HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
            assertThat(raw.readAll()).contains(" 431 ");
        }
    }

    @Test
    void slow_bodies_and_idle_connections_are_ended() throws Exception {
        start(OPTIONS.withTimes(
                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMillis(300), Duration.ofMillis(300)));
        try (Raw raw = client.raw()) {
            raw.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n{\"a");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 408 ");
        }
        try (Raw raw = client.raw()) {
            raw.send("GET /open HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("ok");
            assertThat(raw.send("GET /open HTTP/1.1\r\nHo").readAll()).isEmpty();
        }
        await(() -> front.openCalls() == 0);
    }

    @Test
    void headers_that_never_end_are_ended_from_the_first_request_on() throws Exception {
        start(OPTIONS.withTimes(
                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(300)));
        for (String method : List.of("GET /open", "POST /size")) {
            try (Raw raw = client.raw()) {
                raw.send(method + " HTTP/1.1\r\nHost: a\r\nX: ");
                await(() -> {
                    try {
                        Thread.sleep(50);
                        raw.send("x");
                        return false;
                    } catch (IOException e) {
                        return true; // closed by the server
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
        }
        assertThat(client.get("/open").status()).isEqualTo(200);
    }

    @Test
    void a_connection_that_says_nothing_is_ended() throws IOException {
        start(OPTIONS.withSilence(Duration.ofMillis(500)));
        try (Raw raw = client.raw()) {
            assertThat(raw.readAll()).isEmpty();
        }
        try (Raw raw = client.raw()) {
            assertThat(raw.send("PRI").readAll()).isEmpty();
        }
    }

    @Test
    void bytes_arrive_as_they_were_sent() {
        start(OPTIONS);
        String text = "\u00E9\uD83D\uDE00 \t\n";
        assertThat(client.post("/size", text).json().get("size").intValue())
                .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void a_port_that_is_taken_is_said() {
        start(OPTIONS);
        int port = Integer.parseInt(client.address().replaceFirst(".*:", ""));
        try (HttpFront second = new HttpFront(
                HttpOptions.local(port),
                new RouteTable(List.of()),
                (e, call) -> Problem.internal("", e),
                finished::add)) {
            assertThatThrownBy(second::listen)
                    .isInstanceOf(CodaException.class)
                    .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port + ": ")
                    .hasMessageContaining("in use")
                    .hasMessageEndingWith("; take another port (--port), or 0 for any that is free");
        }
    }
}
