package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Published clients with libraries of their own, each in its process: Spring AI 1 and 2, the npm packages openai and
 * ai-sdk ({@code src/test/clients}). The network fills an answer from left to right, a token a step, and can be held.
 */
@Tag("process")
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class ForeignClientsTest {
    /** A library and what it makes of things. */
    enum Library {
        OPENAI("length", 2),
        SDK("length", 2),
        SPRING_AI_1("LENGTH", 0),
        SPRING_AI_2("LENGTH", 2);

        /** What it calls the reason {@code length}. */
        private final String length;
        /** How often it comes back by itself when the server is full, at least. */
        private final int retries;

        Library(String length, int retries) {
            this.length = length;
            this.retries = retries;
        }

        private ForeignClient start(String address) throws Exception {
            return switch (this) {
                case OPENAI -> ForeignClient.node("openai", address);
                case SDK -> ForeignClient.node("sdk", address);
                case SPRING_AI_1 -> ForeignClient.java("spring-ai-1", address);
                case SPRING_AI_2 -> ForeignClient.java("spring-ai-2", address);
            };
        }
    }

    private static final int TOKENS = 40;
    private static final String HELD = "{\"prompt\":\"abc\",\"max_tokens\":200,\"length\":\"fixed\"}";
    private static final int ENOUGH = 1_000_000;

    private final Semaphore permits = new Semaphore(0);
    private final List<Raw> others = new ArrayList<>();
    private volatile int broken = Integer.MAX_VALUE;
    private RuleDenoiser denoiser;
    private Served served;

    @BeforeAll
    void serve() {
        denoiser = new RuleDenoiser(
                Served.POSITIONS,
                (_, position) -> '0' + position % 10,
                (_, position) -> 1 - (position + 1.0) / (Served.POSITIONS + 2));
        denoiser.beforeForward(_ -> {
            permits.acquireUninterruptibly();
            if (denoiser.passes().size() > broken) {
                throw new IllegalStateException("broken");
            }
        });
        served = new Served(Served.HTTP, denoiser).beforeClose(() -> permits.release(ENOUGH));
    }

    @AfterEach
    void empty() throws Exception {
        for (Raw other : others) {
            other.close();
        }
        others.clear();
        await(() -> served.server().openCalls() == 0);
        permits.release(ENOUGH);
        await(() -> served.server().underWay() == 0);
        permits.drainPermits();
        broken = Integer.MAX_VALUE;
    }

    @AfterAll
    void stop() {
        served.close();
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(2);
        }
    }

    private ForeignClient start(Library library) throws Exception {
        return library.start(served.server().address());
    }

    private static String digits(String text) {
        assertThat(text).matches("\\d*");
        for (int i = 1; i < text.length(); i++) {
            assertThat((text.charAt(i) - text.charAt(i - 1) + 10) % 10)
                    .as("%s at %d", text, i)
                    .isEqualTo(1);
        }
        return text;
    }

    @ParameterizedTest
    @EnumSource
    void chats_are_answered_whole_and_in_pieces(Library library) throws Exception {
        permits.release(ENOUGH);
        try (ForeignClient client = start(library)) {
            JsonNode whole = client.call("chat");
            assertThat(digits(whole.path("text").asText())).as(whole.toString()).hasSize(TOKENS);
            assertThat(whole.path("finish").asText()).isEqualTo(library.length);
            JsonNode stream = client.call("stream");
            assertThat(stream.path("text").asText())
                    .as(stream.toString())
                    .isEqualTo(whole.path("text").asText());
            assertThat(stream.path("finish").asText()).isEqualTo(library.length);
            assertThat(stream.path("pieces").intValue()).as("pieces").isGreaterThan(1);
            for (JsonNode answer : List.of(whole, stream)) {
                assertThat(answer.path("tokens").asInt(TOKENS)).isEqualTo(TOKENS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "SDK"})
    void texts_are_completed(Library library) throws Exception {
        permits.release(ENOUGH);
        try (ForeignClient client = start(library)) {
            JsonNode text = client.call("completion");
            assertThat(digits(text.path("text").asText()))
                    .as(text.toString())
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(8);
        }
    }

    @Test
    void models_are_listed() throws Exception {
        try (ForeignClient client = start(Library.OPENAI)) {
            assertThat(client.call("models").path("text").asText()).isEqualTo("bytes");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPRING_AI_1")
    void leaving_in_mid_stream_ends_the_answer_within_a_step(Library library) throws Exception {
        try (ForeignClient client = start(library)) {
            int before = denoiser.passes().size();
            leave(client);
            await(() -> served.server().openCalls() == 0);
            int seen = denoiser.passes().size();
            assertThat(seen - before).as("forwards until it left").isLessThan(TOKENS);
            permits.release(ENOUGH);
            await(() -> served.server().underWay() == 0);
            assertThat(denoiser.passes().size() - seen)
                    .as("forwards after it was seen to leave")
                    .isBetween(0, 1);
        }
    }

    /** What it takes until two pieces have arrived and the client leaves; then the network is held. */
    private void leave(ForeignClient client) throws Exception {
        client.begin("cancel");
        for (int step = 0; step < TOKENS && !client.hasSaid(); step++) {
            await(() -> permits.hasQueuedThreads() || client.hasSaid());
            permits.release(1);
            client.awaitSaid(200);
        }
        JsonNode said = client.said();
        assertThat(said.path("pieces").intValue()).as(said.toString()).isEqualTo(2);
    }

    /** Its stream is read on to the end when nobody listens any more: no frame says that it left. */
    @Test
    void spring_ai_1_does_not_say_that_it_leaves_and_its_answer_ends_by_itself() throws Exception {
        try (ForeignClient client = start(Library.SPRING_AI_1)) {
            leave(client);
            permits.release(ENOUGH);
            await(() -> served.server().underWay() == 0 && served.server().openCalls() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_that_breaks_is_not_taken_for_a_whole_one(Library library) throws Exception {
        permits.release(ENOUGH);
        broken = denoiser.passes().size() + TOKENS / 2;
        try (ForeignClient client = start(library)) {
            JsonNode said = client.call("stream");
            assertThat(said.has("error")).as(said.toString()).isTrue();
            // on a busy machine the failure may overtake the first piece
            assertThat(digits(said.path("text").asText())).hasSizeLessThan(TOKENS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_full_server_is_told_from_a_broken_one_and_waited_for(Library library) throws Exception {
        fill();
        try (ForeignClient client = start(library)) {
            int before = refused();
            long begin = System.nanoTime();
            JsonNode said = client.call("chat");
            assertThat(said.path("error").asText()).as(said.toString()).containsAnyOf("429", "queue is full");
            assertThat(said.path("status").asInt(429)).isEqualTo(429);
            await(() -> refused() >= before + 1 + library.retries);
            assertThat(System.nanoTime() - begin)
                    .as("Retry-After: 1 before each retry")
                    .isGreaterThanOrEqualTo(library.retries * 950_000_000L);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPRING_AI_1")
    void a_server_that_has_room_again_answers_a_client_that_waited(Library library) throws Exception {
        fill();
        try (ForeignClient client = start(library)) {
            int before = refused();
            client.begin("chat");
            await(() -> refused() > before);
            empty();
            permits.release(ENOUGH);
            JsonNode said = client.said();
            assertThat(digits(said.path("text").asText())).as(said.toString()).hasSize(TOKENS);
        }
    }

    private int refused() {
        return (int) served.log().stream()
                .filter(line -> line.contains("\"status\":429"))
                .count();
    }

    private void fill() throws IOException, InterruptedException {
        for (int i = 0; i < Served.SESSIONS + Served.QUEUE; i++) {
            others.add(served.client().raw().post("/v1/completions", HELD));
        }
        await(() -> served.server().underWay() == Served.SESSIONS + Served.QUEUE);
    }
}
