package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.serve.Client.Reply;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, who leaves, and how it ends. The network waits for a permit before each forward. */
@Timeout(60)
@Tag("slow")
class LifeTest {
    private static final String LONG = "{\"prompt\":\"abc\",\"max_tokens\":200,\"length\":\"fixed\"}";
    private static final String STREAM = LONG.replace("}", ",\"stream\":true}");

    private final Semaphore permits = new Semaphore(0);
    private final RuleDenoiser denoiser = new RuleDenoiser(Served.POSITIONS, (ids, position) -> '0' + position % 10);

    private Served served(Duration timeout) {
        denoiser.beforeForward(ignored -> permits.acquireUninterruptibly());
        return new Served(Served.HTTP, denoiser, timeout).beforeClose(() -> permits.release(1_000_000));
    }

    private Served served() {
        return served(Duration.ofMinutes(1));
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(2);
        }
    }

    /** Until the server has seen that its clients left: a call is over after its work was told to end. */
    private static void awaitGone(Served served) throws InterruptedException {
        await(() -> served.server().openCalls() == 0);
    }

    private void awaitForward() throws InterruptedException {
        await(permits::hasQueuedThreads);
    }

    @ParameterizedTest
    @ValueSource(strings = {LONG, "stream"})
    void a_client_that_leaves_ends_its_answer_within_a_step(String body) throws Exception {
        try (Served served = served()) {
            try (Raw raw = served.client().raw()) {
                raw.post("/v1/completions", body.equals("stream") ? STREAM : body);
                permits.release(3);
                await(() -> denoiser.passes().size() == 4);
                awaitForward();
            }
            awaitGone(served);
            permits.release(100);
            await(() -> served.server().underWay() == 0 && served.server().openCalls() == 0);
            assertThat(denoiser.passes()).as("forwards").hasSizeBetween(4, 5);
            await(() -> served.log().size() == 1);
            assertThat(served.log().getFirst()).contains("\"cancelled\":true").contains("\"forwards\":");
        }
    }

    @Test
    void a_half_closed_connection_counts_as_left() throws Exception {
        try (Served served = served();
                Raw raw = served.client().raw()) {
            raw.post("/v1/completions", LONG);
            awaitForward();
            raw.halfClose();
            awaitGone(served);
            permits.release(1);
            await(() -> served.server().underWay() == 0);
            assertThat(denoiser.passes()).hasSizeBetween(1, 2);
        }
    }

    @Test
    void a_reset_http2_stream_counts_as_left() throws Exception {
        try (Served served = served();
                Client client = new Client(served.server().address(), HttpClient.Version.HTTP_2)) {
            CompletableFuture<HttpResponse<InputStream>> asked =
                    CompletableFuture.supplyAsync(() -> client.open("/v1/completions", STREAM));
            awaitForward();
            permits.release(100);
            HttpResponse<InputStream> response = asked.get();
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body().read()).isPositive();
            permits.drainPermits();
            awaitForward();
            int before = denoiser.passes().size();
            response.body().close();
            awaitGone(served);
            permits.release(1);
            await(() -> served.server().underWay() == 0);
            assertThat(denoiser.passes()).hasSizeBetween(before, before + 1);
        }
    }

    @Test
    void one_clients_leaving_does_not_touch_anothers_answer_nor_does_one_that_waits() throws Exception {
        try (Served served = served()) {
            CompletableFuture<Reply> stays = CompletableFuture.supplyAsync(
                    () -> served.client().post("/v1/completions", LONG.replace("200", "20")));
            await(() -> served.server().underWay() == 1);
            List<Raw> others = new ArrayList<>();
            for (int i = 0; i < Served.SESSIONS + 2; i++) {
                others.add(served.client().raw().post("/v1/completions", i % 2 == 0 ? LONG : STREAM));
            }
            await(() -> served.server().underWay() == Served.SESSIONS + 3);
            for (Raw other : others) {
                other.close();
            }
            permits.release(1000);
            assertThat(stays.get().json().at("/choices/0/text").textValue()).isEqualTo("34567890123456789012");
            await(() -> served.server().underWay() == 0 && served.server().openCalls() == 0);
        }
    }

    @Test
    void a_full_queue_is_429_with_a_time_to_wait() throws Exception {
        try (Served served = served()) {
            List<Raw> all = new ArrayList<>();
            for (int i = 0; i < Served.SESSIONS + Served.QUEUE; i++) {
                all.add(served.client().raw().post("/v1/completions", LONG));
            }
            await(() -> served.server().underWay() == Served.SESSIONS + Served.QUEUE);
            Reply reply = served.client().post("/v1/completions", STREAM);
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.header("retry-after")).isEqualTo("1");
            assertThat(reply.json().at("/error/code").textValue()).isEqualTo("rate_limit_exceeded");
            assertThat(reply.json().at("/error/type").textValue()).isEqualTo("rate_limit_error");
            assertThat(served.client().get("/health").status()).isEqualTo(200);
            all.getFirst().close();
            await(() -> {
                permits.release(1); // the engine looks between two steps
                return served.server().underWay() == Served.SESSIONS + Served.QUEUE - 1;
            });
            for (Raw raw : all) {
                raw.close();
            }
        }
    }

    @Test
    void a_deadline_gives_what_there_is() throws Exception {
        try (Served served = served()) {
            CompletableFuture<Reply> asked = CompletableFuture.supplyAsync(
                    () -> served.client().post("/v1/completions", LONG.replace("}", ",\"deadline_ms\":300}")));
            awaitForward();
            permits.release(50);
            Thread.sleep(350);
            permits.release(1);
            Reply reply = asked.get();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.json().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
            assertThat(reply.json().at("/coda/finish").textValue()).isEqualTo("deadline");
        }
    }

    @Test
    void the_servers_limit_beats_a_longer_deadline() throws Exception {
        try (Served served = served(Duration.ofMillis(100))) {
            CompletableFuture<Reply> asked = CompletableFuture.supplyAsync(
                    () -> served.client().post("/v1/completions", LONG.replace("}", ",\"deadline_ms\":3000000}")));
            awaitForward();
            Thread.sleep(150);
            permits.release(1);
            assertThat(asked.get().json().at("/coda/finish").textValue()).isEqualTo("deadline");
        }
    }

    @Test
    void a_failing_forward_fails_its_requests_and_the_server_lives() throws Exception {
        denoiser.beforeForward(plans -> {
            if (denoiser.passes().size() == 1) {
                throw new IllegalArgumentException("secret of the model");
            }
        });
        try (Served served = new Served(Served.HTTP, denoiser)) {
            Reply reply = served.client().post("/v1/completions", LONG, "x-request-id", "mine");
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.json().at("/error/code").textValue()).isEqualTo("internal_error");
            assertThat(reply.json().at("/error/message").textValue())
                    .contains("mine")
                    .doesNotContain("secret");
            assertThat(served.client().post("/v1/completions", LONG).status()).isEqualTo(200);
        }
    }

    @Test
    void a_failure_in_mid_stream_is_an_error_event_and_a_cut_connection() throws Exception {
        failAfter(190);
        try (Served served = new Served(Served.HTTP, denoiser);
                Raw raw = served.client().raw()) {
            String all = raw.post("/v1/completions", STREAM).readAll();
            assertThat(all).contains("transfer-encoding: chunked");
            assertThat(all).contains("data: {\"id\"");
            assertThat(all).contains("event: error\ndata: {\"error\":{\"message\":");
            assertThat(all).doesNotContain("[DONE]").doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void over_http2_the_stream_is_reset() throws Exception {
        failAfter(190);
        try (Served served = new Served(Served.HTTP, denoiser);
                Client client = new Client(served.server().address(), HttpClient.Version.HTTP_2)) {
            HttpResponse<InputStream> response = client.open("/v1/completions", STREAM);
            StringBuilder read = new StringBuilder();
            IOException cut = null;
            try (InputStream in = response.body()) {
                for (int b = in.read(); b >= 0; b = in.read()) {
                    read.append((char) b);
                }
            } catch (IOException e) {
                cut = e;
            }
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(read).contains("event: error").doesNotContain("[DONE]");
            assertThat(cut).isNotNull();
        }
    }

    private void failAfter(int passes) {
        denoiser.beforeForward(_ -> {
            if (denoiser.passes().size() > passes) {
                throw new IllegalStateException("broken");
            }
        });
    }

    @Test
    void draining_refuses_new_work_and_lets_answers_end() throws Exception {
        try (Served served = served()) {
            CompletableFuture<Reply> asked = CompletableFuture.supplyAsync(
                    () -> served.client().post("/v1/completions", LONG.replace("200", "20")));
            awaitForward();
            CompletableFuture<Void> drained = drain(served, Duration.ofSeconds(30));
            await(() -> served.client().get("/health").status() == 503);
            assertThat(served.client().get("/health/live").status()).isEqualTo(200);
            Reply refused = served.client().post("/v1/completions", LONG);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().at("/error/code").textValue()).isEqualTo("shutting_down");
            assertThat(refused.header("retry-after")).isNotEmpty();
            assertThat(drained).isNotDone();
            permits.release(1000);
            assertThat(asked.get().json().at("/choices/0/text").textValue()).hasSize(20);
            drained.get();
        }
    }

    private static CompletableFuture<Void> drain(Served served, Duration patience) {
        return CompletableFuture.runAsync(() -> {
            try {
                served.server().drain(patience);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void what_is_not_done_in_time_is_broken_off_with_an_error() throws Exception {
        try (Served served = served();
                Raw raw = served.client().raw()) {
            raw.post("/v1/completions", STREAM);
            permits.release(190);
            String begun = raw.readUntil("data: {");
            CompletableFuture<Reply> whole =
                    CompletableFuture.supplyAsync(() -> served.client().post("/v1/completions", LONG));
            await(() -> served.server().underWay() == 2);
            CompletableFuture<Void> drained = drain(served, Duration.ofMillis(50));
            Thread.sleep(300);
            while (!drained.isDone()) { // ten forwards are left of each answer
                permits.release(1);
                Thread.sleep(100);
            }
            drained.get();
            permits.release(1000);
            assertThat(begun + raw.readAll())
                    .contains("event: error")
                    .contains("shutting_down")
                    .doesNotContain("[DONE]");
            assertThat(whole.get().status()).isEqualTo(503);
        }
    }

    @Test
    void while_the_model_is_loaded_everything_but_life_is_503() {
        try (CodaServer server = CodaServer.start(Served.HTTP, new ServeOptions(1, 1, Duration.ofMinutes(1)), _ -> {});
                Client client = new Client(server.address())) {
            assertThat(client.get("/health/live").status()).isEqualTo(200);
            for (String path : List.of("/health", "/v1/health", "/v1/models")) {
                Reply reply = client.get(path);
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.json().at("/error/code").textValue()).isEqualTo("model_loading");
                assertThat(reply.header("retry-after")).isNotEmpty();
            }
            assertThat(client.post("/v1/completions", LONG).status()).isEqualTo(503);
        }
    }

    @Test
    void a_thousand_aborted_requests_leave_nothing() throws Exception {
        try (Served served = new Served(Served.HTTP, denoiser)) {
            for (int round = 0; round < 125; round++) {
                List<Raw> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(served.client().raw().post("/v1/completions", i % 2 == 0 ? LONG : STREAM));
                }
                for (Raw raw : all) {
                    raw.close();
                }
            }
            await(() -> served.server().underWay() == 0 && served.server().openCalls() == 0);
            await(() -> served.log().size() == 1000);
            assertThat(served.client()
                            .post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":3}")
                            .json()
                            .at("/choices/0/text")
                            .textValue())
                    .isEqualTo("345");
        }
    }
}
