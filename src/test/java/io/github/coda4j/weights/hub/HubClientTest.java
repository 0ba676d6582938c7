package io.github.coda4j.weights.hub;

import static io.github.coda4j.testkit.FakeHub.COMMIT;
import static io.github.coda4j.testkit.FakeHub.ID;
import static io.github.coda4j.testkit.FakeHub.LISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.testkit.FakeHub;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubClientTest extends HubPulls {
    @Test
    void a_pulled_model_opens_and_has_only_files_of_a_model() throws IOException {
        PulledModel model = pull();
        assertThat(model.folder()).isEqualTo(cache.resolve("models/Owner--Name").resolve(COMMIT));
        assertThat(model.folder().toFile().list())
                .containsExactlyInAnyOrder("config.json", "tokenizer.json", "README.md", "LICENSE", WEIGHTS);
        assertThat(Files.readAllBytes(model.folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(model.wasCached()).isFalse();
        assertThat(model.revision()).isEqualTo(COMMIT);
        CheckpointFolder.open(model.folder()).close();
        assertNoPartialFolder();
    }

    @Test
    void a_model_in_the_cache_is_not_fetched_again() {
        pull();
        int before = hub.requests().size();
        PulledModel again = pull();
        assertThat(again.wasCached()).isTrue();
        assertThat(hub.requests()).hasSize(before + 1);
        assertThat(client().cached(ID, "main")).contains(again.folder());
        assertThat(client().cached(ID, COMMIT)).contains(again.folder());
        assertThat(client().cached(ID, "other")).isEmpty();
        assertThat(client().cached("Owner/Unknown", "main")).isEmpty();
    }

    @Test
    void a_cached_model_that_lost_a_file_gets_only_that_one_again() throws IOException {
        Path folder = pull().folder();
        Files.delete(folder.resolve("tokenizer.json"));
        PulledModel again = pull();
        assertThat(again.wasCached()).isFalse();
        assertThat(folder.resolve("tokenizer.json")).exists();
        assertThat(hub.requests("/" + WEIGHTS)).hasSize(2);
        assertThat(hub.requests("/tokenizer.json")).hasSize(2);
    }

    @Test
    void the_token_is_sent_to_the_hub_and_never_to_the_second_host() {
        client(hub.endpoint(), Optional.of(" hf_secret\n")).pull(ID, "main", PullListener.NONE);
        assertThat(hub.requests())
                .allSatisfy(request -> assertThat(request.authorization())
                        .isEqualTo(
                                request.server().equals("hub") ? Optional.of("Bearer hf_secret") : Optional.empty()));
        assertThat(hub.requests()).extracting(FakeHub.Request::server).contains("storage");
    }

    @Test
    void without_a_token_none_is_sent() {
        client(hub.endpoint(), Optional.of("")).pull(ID, "main", PullListener.NONE);
        assertThat(hub.requests())
                .allSatisfy(request -> assertThat(request.authorization()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.json", "a/../../x", "/etc/passwd", "a\\..\\x", "..", "a//b", "tok\u0000"})
    void file_names_that_leave_the_folder_are_refused(String name) {
        hub.small(name, "x");
        assertRefused(this::pull, "which could leave the cache folder");
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void listings_that_are_no_model_are_refused() {
        hub.listed("config.json").put("rfilename", "other.json");
        assertRefused(this::pull, "Owner/Name has no config.json among its 7 files");
        hub.listed("other.json").put("rfilename", "config.json");
        hub.listed(WEIGHTS).put("rfilename", "pytorch_model.bin");
        assertRefused(this::pull, "has no safetensors weights");
        hub.listed("config.json").put("size", -1);
        assertRefused(this::pull, "file config.json has no usable size, got -1");
        hub.listing().put("siblings", "none");
        assertRefused(this::pull, "\"siblings\" must be a list of files, got \"none\"");
        hub.next(LISTING, (exchange, content, from) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
        assertRefused(this::pull, "the hub's listing of Owner/Name is a web page (HTML)");
    }

    @Test
    void sizes_that_the_listing_lacks_are_asked_for_and_checksums_with_them() throws IOException {
        hub.withoutSizes();
        PulledModel model = pull();
        assertThat(Files.readAllBytes(model.folder().resolve(WEIGHTS))).isEqualTo(weights);
        assertThat(model.folder().resolve("LICENSE")).isEmptyFile();
        assertThat(hub.requests().stream().filter(request -> request.method().equals("HEAD")))
                .as("files that belong to a model, nothing from the storage")
                .hasSize(5)
                .allMatch(request -> request.server().equals("hub"));
        assertThat(pull().wasCached()).isTrue();
        hub.next(
                WEIGHTS,
                FakeHub.otherContent(new byte[weights.length]),
                FakeHub.otherContent(new byte[weights.length]));
        Files.delete(model.folder().resolve(WEIGHTS));
        assertRefused(this::pull, "its sha256 is ", "damaged on the way");
    }

    @Test
    void a_hub_that_never_says_how_large_a_file_is_is_refused_in_words() {
        hub.listed("config.json").putNull("size");
        assertThat(pull().wasCached()).as("null is as good as nothing").isFalse();
        hub.silentAboutSizes();
        assertRefused(this::pull, "the hub's listing of Owner/Name does not say how large file ", "(HF_ENDPOINT)");
    }

    @Test
    void a_listing_without_a_commit_is_cached_under_a_hash_of_its_files() {
        hub.listing().remove("sha");
        PulledModel first = pull();
        assertThat(first.revision()).startsWith("listing-");
        assertThat(pull().wasCached()).isTrue();
        hub.small("merges.txt", "a b");
        PulledModel second = pull();
        assertThat(second.revision()).isNotEqualTo(first.revision());
        assertThat(second.folder().resolve("merges.txt")).exists();
    }

    @Test
    void the_licence_comes_from_the_listing_or_else_from_the_model_card() {
        assertThat(pull().license()).contains("cc-by-nc-4.0");
        hub.listing().putObject("cardData").put("license", "other").put("license_name", "my-license");
        assertThat(pull().license()).contains("my-license");
        hub.listing().remove("cardData");
        assertThat(pull().license()).contains("apache-2.0");
    }

    @Test
    void the_listener_hears_the_licence_first_and_bytes_up_to_the_size() {
        List<String> heard = new ArrayList<>();
        client().pull(ID, "main", new PullListener() {
            @Override
            public void started(String id, String revision, Optional<String> license, int files, long bytes) {
                heard.add(id + " " + license.orElse("?") + " " + files);
            }

            @Override
            public void fileProgress(String file, long done, long bytes) {
                if (done == bytes) {
                    heard.add("all of " + file);
                }
            }

            @Override
            public void fileDone(String file) {
                heard.add("done " + file);
            }
        });
        assertThat(heard)
                .startsWith(ID + " cc-by-nc-4.0 5", "all of config.json", "done config.json")
                .endsWith("all of " + WEIGHTS, "done " + WEIGHTS);
    }

    @Test
    void two_pulls_of_the_same_model_at_once_fetch_it_once() throws Exception {
        CompletableFuture<String> waiting = new CompletableFuture<>();
        CompletableFuture<PulledModel> second = new CompletableFuture<>();
        PulledModel first = client().pull(ID, "main", new PullListener() {
            private boolean begun;

            @Override
            public void fileStarted(String file, long bytes, long already) {
                if (!begun) {
                    begun = true;
                    Thread.ofPlatform()
                            .start(() -> complete(
                                    second,
                                    () -> client().pull(ID, "main", new PullListener() {
                                        @Override
                                        public void waitingForOtherPull(String id) {
                                            waiting.complete(id);
                                        }
                                    })));
                    assertThat(waiting.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(ID);
                }
            }
        });
        assertThat(first.wasCached()).isFalse();
        assertThat(second.get(10, TimeUnit.SECONDS).wasCached()).isTrue();
        assertThat(storageRanges()).containsExactly("");
    }

    @Test
    void wrong_names_tokens_and_addresses_are_refused() {
        for (String id : List.of("", "a/b/c", "../x", "a/..", "a b/c", "/x", "a/", "a--b/c", "a/b?c")) {
            assertThatIllegalArgumentException()
                    .as(id)
                    .isThrownBy(() -> client().pull(id, "main", PullListener.NONE))
                    .withMessageContaining("OWNER/NAME");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client().pull(ID, "../main", PullListener.NONE))
                .withMessageContaining("a revision is a branch, tag or commit, got \"../main\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client(hub.endpoint(), Optional.of("hf\nx")))
                .withMessage("the hub token holds characters that no token has");
        for (String address : List.of("ftp://x", "huggingface.co", "https:///x", "https://x?y")) {
            assertThatIllegalArgumentException()
                    .as(address)
                    .isThrownBy(() -> client(URI.create(address), Optional.empty()))
                    .withMessageContaining("the hub's address must be like https://huggingface.co");
        }
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void an_endpoint_may_end_in_a_slash_and_a_revision_may_hold_one() {
        client(URI.create(hub.endpoint() + "/"), Optional.empty()).pull(ID, "refs/pr/1", PullListener.NONE);
        assertThat(hub.requests().getFirst().path()).isEqualTo("/api/models/Owner/Name/revision/refs/pr/1");
        assertThat(client().cached(ID, "refs/pr/1")).isPresent();
    }
}
