package io.github.coda4j.weights.hub;

import static io.github.coda4j.testkit.FakeHub.COMMIT;
import static io.github.coda4j.testkit.FakeHub.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.testkit.FakeHub;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.web.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A fake hub with a small model and clients that pull from it into a fresh cache. */
abstract class HubPulls {
    static final String WEIGHTS = "model.safetensors";
    static final RetryPolicy POLICY = policy(Duration.ofMinutes(1));

    @TempDir
    Path cache;

    final FakeHub hub = new FakeHub();
    final List<Duration> waits = new ArrayList<>();
    byte[] weights;

    @BeforeEach
    void fill() throws IOException {
        Path golden = Goldens.path("model/b-tied");
        weights = Files.readAllBytes(golden.resolve(WEIGHTS));
        hub.small("config.json", Files.readAllBytes(golden.resolve("config.json")));
        hub.small("tokenizer.json", "{}");
        hub.small("README.md", "---\nlicense: apache-2.0\n---\n# Model\n");
        hub.small("LICENSE", "");
        hub.small("modeling.py", "import os");
        hub.small("onnx/model.onnx", "x");
        hub.large(WEIGHTS, weights);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    static RetryPolicy policy(Duration stall) {
        return new RetryPolicy(4, Duration.ofMillis(100), Duration.ofSeconds(30), stall);
    }

    PulledModel pull() {
        return client().pull(ID, "main", PullListener.NONE);
    }

    HubClient client() {
        return client(hub.endpoint(), Optional.empty());
    }

    HubClient client(URI endpoint, Optional<String> token) {
        return new HubClient(endpoint, token, cache, ProxyVariables.NONE, POLICY, waits::add, FileOutput::reopen);
    }

    HubClient client(RetryPolicy policy, FileOutput.Factory factory) {
        return new HubClient(hub.endpoint(), Optional.empty(), cache, ProxyVariables.NONE, policy, waits::add, factory);
    }

    static PullListener heardRetries(List<String> reasons) {
        return new PullListener() {
            @Override
            public void retrying(String what, String reason, Duration wait) {
                reasons.add(reason);
            }
        };
    }

    List<String> storageRanges() {
        return hub.requests().stream()
                .filter(request -> request.server().equals("storage"))
                .map(request -> request.range().orElse(""))
                .toList();
    }

    void assertNoPartialFolder() {
        assertThat(cache.resolve("models/Owner--Name").toFile().list())
                .containsExactlyInAnyOrder(".lock", ".refs", COMMIT);
    }

    static <T> void complete(CompletableFuture<T> future, Callable<T> work) {
        try {
            future.complete(work.call());
        } catch (Exception e) {
            future.completeExceptionally(e);
        }
    }

    static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
        assertThatExceptionOfType(CodaException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }
}
