package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.bench.serve.Mutations;
import io.github.coda4j.bench.serve.ServerFault;
import io.github.coda4j.serve.Client.Raw;
import io.github.coda4j.serve.Client.Reply;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Recorded requests with something broken in them: whatever it is, the client is told, and the server lives.
 * {@code -Dserve.fuzz=10000} throws so many, {@code -Dserve.fuzz.seed} those of a failure again.
 */
@Timeout(600)
@Tag("slow")
class FuzzedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("serve.fuzz", 600);

    @Test
    void nothing_that_a_client_sends_is_the_servers_fault() throws Exception {
        long seed = Long.getLong("serve.fuzz.seed", System.nanoTime());
        Mutations mutations = Mutations.of(Path.of("src/test/resources/golden/serve"), seed);
        try (Served served = new Served()) {
            for (int i = 0; i < REQUESTS; i++) {
                Mutations.Request request = mutations.next();
                String path = request.path();
                String text = request.body();
                Reply reply = served.client().post(path, text);
                assertThat(ServerFault.in(reply.status(), reply.text()))
                        .as(
                                "seed %d, request %d to %s: %s answered %d: %s",
                                seed, i, path, text, reply.status(), reply.text())
                        .isFalse();
                if (i % 50 == 0) {
                    served.denoiser().passes().clear(); // what they hold grows with every request
                    try (Raw raw = served.client().raw()) {
                        raw.post(path, text); // and leaves
                    }
                }
            }
            awaitEmpty(served, seed);
            assertThat(served.client()
                            .post("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":3}")
                            .json()
                            .at("/choices/0/text")
                            .textValue())
                    .isEqualTo("345");
        }
    }

    private static void awaitEmpty(Served served, long seed) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (served.server().underWay()
                        + served.server().openCalls()
                        + served.denoiser().openCaches()
                > 0) {
            assertThat(System.nanoTime())
                    .as(
                            "seed %d: stuck: %d answers, %d calls, %d caches",
                            seed,
                            served.server().underWay(),
                            served.server().openCalls(),
                            served.denoiser().openCaches())
                    .isLessThan(end);
            Thread.sleep(2);
        }
    }
}
