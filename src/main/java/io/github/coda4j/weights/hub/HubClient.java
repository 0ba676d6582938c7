package io.github.coda4j.weights.hub;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.FolderLock;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.web.Retrier;
import io.github.coda4j.web.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Fetches models from a hub that speaks the Hugging Face protocol into a local cache. A model's folder appears there
 * only when all its files are complete and checked; an interrupted pull continues with the bytes it has. Only configs,
 * tokenizer files, safetensors, README and licence files are fetched.
 */
public final class HubClient {
    public static final URI DEFAULT_ENDPOINT = URI.create("https://huggingface.co");
    public static final String DEFAULT_REVISION = "main";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
    private static final String DROPPED = "run it again to continue where it stopped";
    private static final int LARGEST_LISTING = 64 << 20;

    private final URI endpoint;
    private final Optional<String> token;
    private final Path cache;
    private final ProxyVariables proxies;
    private final RetryPolicy policy;
    private final Retrier.Waiter waiter;
    private final FileOutput.Factory factory;

    /**
     * @param endpoint address of the hub, http or https, possibly with a path
     * @param token sent to the endpoint's own address only, never to where it redirects
     * @param cache folder that holds the pulled models; is made when needed
     */
    public HubClient(URI endpoint, Optional<String> token, Path cache) {
        this(endpoint, token, cache, ProxyVariables.NONE);
    }

    /** The same, through the proxies that the environment names. */
    public HubClient(URI endpoint, Optional<String> token, Path cache, ProxyVariables proxies) {
        this(endpoint, token, cache, proxies, RetryPolicy.DEFAULT, Thread::sleep, FileOutput::reopen);
    }

    HubClient(
            URI endpoint,
            Optional<String> token,
            Path cache,
            ProxyVariables proxies,
            RetryPolicy policy,
            Retrier.Waiter waiter,
            FileOutput.Factory factory) {
        check(
                ("https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme()))
                        && endpoint.getHost() != null
                        && endpoint.getQuery() == null,
                "the hub's address must be like https://huggingface.co, got %s",
                endpoint);
        this.endpoint = URI.create(endpoint.toString().replaceAll("/+$", ""));
        this.token = token.map(String::strip).filter(value -> !value.isEmpty());
        this.token.ifPresent(value -> check(
                value.chars().allMatch(c -> c > ' ' && c < 127), "the hub token holds characters that no token has"));
        this.cache = cache;
        this.proxies = proxies;
        this.policy = policy;
        this.waiter = waiter;
        this.factory = factory;
    }

    /**
     * Makes the model present in the cache. Needs the hub also when it is there already, to learn which commit the
     * revision is.
     *
     * @param id {@code OWNER/NAME}, or {@code NAME} for the oldest models
     * @param revision branch, tag or commit
     * @throws CodaException saying what to do: no such model, no access, too many requests, an unreachable or failing
     *     hub, files whose size or checksum is not as listed, a full disk
     */
    public PulledModel pull(String id, String revision, PullListener listener) {
        checkNames(id, revision);
        Retrier retrier = new Retrier(policy, waiter, listener::retrying, DROPPED);
        HubCache modelCache = new HubCache(cache, id);
        try (HubHttp http = new HubHttp(endpoint, id, token, proxies, policy.stall())) {
            HubModel model = list(http, retrier, id, revision);
            listener.started(id, model.commit(), model.license(), model.files().size(), model.bytes());
            try (FolderLock _ = modelCache.lock(listener)) {
                boolean wasCached = modelCache.isComplete(model);
                if (!wasCached) {
                    fetch(http, retrier, listener, model, revision, modelCache);
                }
                modelCache.remember(revision, model.commit());
                Path folder = modelCache.complete(model.commit());
                Optional<String> license = model.license().or(() -> ModelCard.license(folder));
                return new PulledModel(id, model.commit(), folder, license, model.bytes(), wasCached);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("write to the cache", cache, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CodaException("pull of " + id + " was interrupted; run it again to continue", e);
        }
    }

    /** The folder of a model that was pulled at this revision (or commit) before; asks no hub. */
    public Optional<Path> cached(String id, String revision) {
        checkNames(id, revision);
        return new HubCache(cache, id).find(revision);
    }

    private static void checkNames(String id, String revision) {
        List<String> parts = List.of(id.split("/", -1));
        check(
                parts.size() <= 2 && parts.stream().allMatch(part -> isName(part, NAME)) && !id.contains("--"),
                "a model id is OWNER/NAME of letters, digits, '.', '_' and '-', got \"%s\"",
                id);
        check(isName(revision, REVISION), "a revision is a branch, tag or commit, got \"%s\"", revision);
    }

    private static boolean isName(String text, Pattern pattern) {
        return pattern.matcher(text).matches() && !text.contains("..");
    }

    private HubModel list(HubHttp http, Retrier retrier, String id, String revision) {
        URI address = URI.create(endpoint + "/api/models/" + id + "/revision/" + encoded(revision) + "?blobs=true");
        String what = "model " + id + " at revision " + revision;
        return retrier.run(what, _ -> {
            try (HubHttp.Answer answer = http.get(address, 0, what)) {
                return HubModel.parse(
                        id,
                        text(answer, what),
                        "the hub's listing of " + id,
                        name -> http.head(address(id, revision, name), "file " + name + " of " + id));
            }
        });
    }

    private static String text(HubHttp.Answer answer, String what) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int count = answer.read(buffer); count >= 0; count = answer.read(buffer)) {
            text.write(buffer, 0, count);
            if (text.size() > LARGEST_LISTING) {
                throw CodaException.of("%s: the hub's listing has more than %d bytes", what, LARGEST_LISTING);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private void fetch(
            HubHttp http, Retrier retrier, PullListener listener, HubModel model, String revision, HubCache modelCache)
            throws IOException {
        Path partial = modelCache.startPartial(model.commit());
        List<HubDownload> downloads = new ArrayList<>();
        long already = 0;
        for (HubModel.HubFile file : model.files()) {
            URI address = address(model.id(), revision, file.name());
            HubDownload download = new HubDownload(http, retrier, listener, model, file, address, partial, factory);
            downloads.add(download);
            already += download.already();
        }
        modelCache.checkRoom(model.bytes() - already);
        downloads.forEach(HubDownload::run);
        modelCache.publish(partial, model.commit());
    }

    private URI address(String id, String revision, String file) {
        return URI.create(endpoint + "/" + id + "/resolve/" + encoded(revision) + "/" + encoded(file));
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
