package io.github.coda4j.weights.hub;

import static io.github.coda4j.testkit.FakeHub.COMMIT;
import static io.github.coda4j.testkit.FakeHub.ID;
import static io.github.coda4j.testkit.FakeHub.LISTING;
import static io.github.coda4j.testkit.FakeHub.dropAfter;
import static io.github.coda4j.testkit.FakeHub.ignoreRange;
import static io.github.coda4j.testkit.FakeHub.otherContent;
import static io.github.coda4j.testkit.FakeHub.silentAfter;
import static io.github.coda4j.testkit.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.files.FullDisk;
import io.github.coda4j.testkit.FakeHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that drop, hubs that lie, refuse or are not there, disks that are full. */
@Tag("slow")
class HubFailuresTest extends HubPulls {
    @Test
    void a_dropped_connection_continues_where_it_stopped() {
        hub.next(WEIGHTS, dropAfter(1000), dropAfter(500));
        pull();
        assertThat(storageRanges()).containsExactly("", "bytes=1000-", "bytes=1500-");
        assertThat(waits).hasSize(2);
    }

    @Test
    void drops_that_get_further_each_time_never_exhaust_the_attempts() {
        hub.next(WEIGHTS, IntStream.range(0, 12).mapToObj(_ -> dropAfter(100)).toArray(FakeHub.Behavior[]::new));
        pull();
        assertThat(storageRanges()).hasSize(13).endsWith("bytes=1200-");
    }

    @Test
    void drops_that_get_nowhere_end_the_pull_and_the_next_one_continues() throws IOException {
        hub.next(WEIGHTS, dropAfter(1000), dropAfter(0), dropAfter(0), dropAfter(0));
        assertRefused(this::pull, "file model.safetensors of Owner/Name: ", "4 times in a row", "run it again");
        assertThat(cache.resolve("models/Owner--Name").resolve(COMMIT)).doesNotExist();
        assertThat(client().cached(ID, "main")).isEmpty();
        List<Long> already = new ArrayList<>();
        PulledModel model = client().pull(ID, "main", new PullListener() {
            @Override
            public void fileStarted(String file, long bytes, long had) {
                if (file.equals(WEIGHTS)) {
                    already.add(had);
                }
            }
        });
        assertThat(already).containsExactly(1000L);
        assertThat(storageRanges()).last().isEqualTo("bytes=1000-");
        assertThat(hub.requests("/tokenizer.json")).hasSize(1);
        assertThat(Files.readAllBytes(model.folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertNoPartialFolder();
    }

    @Test
    void a_hub_that_ignores_range_sends_the_file_anew() throws IOException {
        hub.next(WEIGHTS, dropAfter(1000), ignoreRange());
        assertThat(Files.readAllBytes(pull().folder().resolve(WEIGHTS))).isEqualTo(weights);
    }

    @Test
    void a_hub_that_ignores_range_and_drops_at_the_same_place_does_not_loop_forever() {
        hub.next(
                WEIGHTS,
                IntStream.range(0, 20)
                        .mapToObj(_ -> (FakeHub.Behavior)
                                (exchange, content, from) -> dropAfter(1000).answer(exchange, content, 0))
                        .toArray(FakeHub.Behavior[]::new));
        assertRefused(this::pull, "4 times in a row");
    }

    @Test
    void a_range_answered_from_another_place_or_not_at_all_starts_anew() throws IOException {
        hub.next(
                WEIGHTS,
                dropAfter(1000),
                (exchange, content, from) -> dropAfter(10_000).answer(exchange, content, 7),
                dropAfter(2000),
                status(416));
        assertThat(Files.readAllBytes(pull().folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(storageRanges()).containsExactly("", "bytes=1000-", "", "bytes=2000-", "");
    }

    @Test
    void a_silent_connection_counts_as_dropped() throws IOException {
        hub.next(WEIGHTS, silentAfter(1000, 60_000));
        List<String> reasons = new ArrayList<>();
        Path folder = client(policy(Duration.ofSeconds(1)), FileOutput::reopen)
                .pull(ID, "main", heardRetries(reasons))
                .folder();
        assertThat(reasons).containsExactly("the connection was silent for 1 s");
        assertThat(Files.readAllBytes(folder.resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(storageRanges()).containsExactly("", "bytes=1000-");
    }

    @Test
    void a_wrong_checksum_is_refused_and_nothing_of_the_file_is_kept() {
        byte[] other = weights.clone();
        other[other.length / 2] ^= 1;
        hub.next(WEIGHTS, otherContent(other));
        assertRefused(
                this::pull,
                "file model.safetensors of Owner/Name: its sha256 is " + FakeHub.sha256(other),
                "the hub lists " + FakeHub.sha256(weights));
        assertThat(cache.resolve("models/Owner--Name/." + COMMIT + ".partial").resolve(WEIGHTS))
                .doesNotExist();
        pull();
        assertThat(storageRanges()).containsExactly("", "");
    }

    @Test
    void damaged_bytes_of_an_earlier_pull_are_fetched_anew() throws IOException {
        hub.next(WEIGHTS, dropAfter(1000), dropAfter(0), dropAfter(0), dropAfter(0));
        assertRefused(this::pull, "4 times in a row");
        Path part = cache.resolve("models/Owner--Name/." + COMMIT + ".partial/" + WEIGHTS + ".part");
        Files.write(part, new byte[1000]);
        assertThat(Files.readAllBytes(pull().folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(storageRanges()).endsWith("bytes=1000-", "");
    }

    @Test
    void a_hub_that_lies_about_sizes_is_refused() {
        hub.listed(WEIGHTS).put("size", weights.length + 5);
        assertRefused(
                this::pull,
                "file model.safetensors of Owner/Name: the hub lists " + (weights.length + 5) + " bytes but serves "
                        + weights.length);
        hub.listed(WEIGHTS).put("size", weights.length - 5);
        assertRefused(this::pull, "but serves " + weights.length);
        hub.next(WEIGHTS, (exchange, content, from) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(content);
        });
        assertRefused(this::pull, "but serves more");
        assertThat(client().cached(ID, "main")).isEmpty();
    }

    @Test
    void a_full_disk_ends_the_pull_at_once_and_the_next_continues() throws IOException {
        FullDisk disk = new FullDisk(20_000, FileOutput::reopen);
        assertRefused(
                () -> client(POLICY, disk).pull(ID, "main", PullListener.NONE),
                "cannot write",
                WEIGHTS,
                "No space left on device; free some space");
        assertThat(waits).isEmpty();
        assertThat(client().cached(ID, "main")).isEmpty();
        assertThat(Files.readAllBytes(pull().folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(storageRanges()).hasSize(2).last().asString().startsWith("bytes=");
    }

    @Test
    void a_model_larger_than_the_free_space_is_refused_before_its_files_are_fetched() {
        hub.listed(WEIGHTS).put("size", 1L << 49);
        assertRefused(this::pull, "Owner/Name needs ", " more bytes but only ", "are free at");
        assertThat(hub.requests()).hasSize(1);
    }

    @Test
    void too_many_requests_wait_as_long_as_the_hub_asks() {
        hub.next(LISTING, status(429, "Retry-After", "7"));
        hub.next("config.json", status(429), status(503, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"));
        List<String> reasons = new ArrayList<>();
        client().pull(ID, "main", heardRetries(reasons));
        assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(7));
        assertThat(waits.subList(1, 3)).allMatch(wait -> wait.compareTo(Duration.ofMillis(200)) <= 0);
        assertThat(reasons.getFirst()).endsWith("answers 429 (too many requests)");
        assertThat(reasons.getLast()).endsWith("answers 503");
    }

    @Test
    void lasting_refusals_say_what_to_do() {
        hub.next(LISTING, status(429, "Retry-After", "3600"));
        assertRefused(this::pull, "answers 429", "asks to wait 3600 s", "set HF_TOKEN for higher limits");
        hub.next(LISTING, status(429), status(429), status(429), status(429));
        assertRefused(this::pull, "answers 429 (too many requests), 4 times in a row; wait some minutes");
        hub.next(LISTING, status(500), status(502), status(503), status(504));
        assertRefused(this::pull, "answers 504, 4 times in a row", "run it again later");
        hub.next(LISTING, status(401));
        assertRefused(
                this::pull, "model Owner/Name at revision main", "answers 401", "check the name, and set HF_TOKEN");
        hub.next(LISTING, status(401));
        assertRefused(
                () -> client(hub.endpoint(), Optional.of("hf_x")).pull(ID, "main", PullListener.NONE),
                "answers 401, HF_TOKEN is not accepted");
        hub.next(LISTING, status(403));
        assertRefused(
                this::pull,
                "answers 403",
                "accept the model's conditions on its page, " + hub.endpoint() + "/Owner/Name and set HF_TOKEN");
        hub.next(LISTING, status(404));
        assertRefused(this::pull, "answers 404", "check the spelling of name and revision");
        hub.next(LISTING, status(418));
        assertRefused(this::pull, "answers 418", "check HF_ENDPOINT");
        hub.next("config.json", status(404));
        assertRefused(this::pull, "file config.json of Owner/Name", "answers 404");
    }

    @Test
    void waits_double_up_to_the_longest_with_some_chance() {
        assertThat(POLICY.waitAfter(1, 0)).isEqualTo(Duration.ofMillis(100));
        assertThat(POLICY.waitAfter(3, 0)).isEqualTo(Duration.ofMillis(400));
        assertThat(POLICY.waitAfter(3, 0.99)).isBetween(Duration.ofMillis(200), Duration.ofMillis(210));
        assertThat(POLICY.waitAfter(60, 0)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void an_unreachable_hub_is_named_at_once() throws IOException {
        int freePort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            freePort = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + freePort);
        assertRefused(
                () -> client(nobody, Optional.empty()).pull(ID, "main", PullListener.NONE),
                "cannot reach " + nobody,
                "HF_ENDPOINT");
        assertThat(waits).isEmpty();
    }

    @Test
    void redirects_without_end_or_to_nowhere_are_refused() {
        hub.next("config.json", status(302, "Location", "ftp://example.org/x"));
        assertRefused(this::pull, "redirects to \"ftp://example.org/x\", which is not followed");
        hub.next("config.json", status(302));
        assertRefused(this::pull, "redirects to \"\"");
        String self = hub.endpoint() + "/" + ID + "/resolve/main/config.json";
        hub.next(
                "config.json",
                IntStream.range(0, 11)
                        .mapToObj(_ -> status(307, "Location", self))
                        .toArray(FakeHub.Behavior[]::new));
        assertRefused(this::pull, "more than 10 redirects");
    }

    @Test
    void a_model_that_changes_during_the_pull_is_noticed() {
        hub.listing().put("sha", "fedcba");
        assertRefused(this::pull, "the model changed on the hub during the pull (commit fedcba became " + COMMIT);
    }

    @Test
    void a_listener_that_throws_stops_the_pull_and_the_next_continues() {
        hub.next(WEIGHTS, silentAfter(1000, 300));
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> client().pull(ID, "main", new PullListener() {
                    @Override
                    public void fileProgress(String file, long done, long bytes) {
                        if (file.equals(WEIGHTS)) {
                            throw new CancellationException();
                        }
                    }
                }));
        assertThat(client().cached(ID, "main")).isEmpty();
        pull();
        assertThat(storageRanges()).containsExactly("", "bytes=1000-");
    }

    @Test
    void an_interrupted_pull_ends_at_once_and_the_next_continues() throws Exception {
        hub.next(WEIGHTS, silentAfter(1000, 300));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                client().pull(ID, "main", new PullListener() {
                    @Override
                    public void fileProgress(String file, long done, long bytes) {
                        if (file.equals(WEIGHTS)) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
                ended.complete(new AssertionError("not interrupted"));
            } catch (CodaException e) {
                ended.complete(e);
            }
        });
        assertThat(ended.get(10, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        thread.join();
        pull();
        assertThat(storageRanges()).containsExactly("", "bytes=1000-");
    }
}
