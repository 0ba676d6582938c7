package io.github.coda4j.weights.hub;

import io.github.coda4j.CodaException;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.web.Retrier;
import io.github.coda4j.web.RetryAfter;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * GET requests to a hub: follows redirects and sends the token to the hub's own address only, ends silent connections,
 * and says what a refusal means.
 */
final class HubHttp implements AutoCloseable {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTS = 10;
    private static final Pattern TUNNEL_REFUSED = Pattern.compile("^Tunnel failed, got: (\\d{3})");
    private static final Duration CONNECT = Duration.ofSeconds(20);

    private final URI endpoint;
    private final Optional<String> token;
    private final String page;
    private final ProxyVariables proxies;
    private final Duration stall;
    private final HttpClient client;
    private final ScheduledExecutorService watchdog;
    private boolean reached;

    /** @param id the model whose page is named to those who have no access */
    HubHttp(URI endpoint, String id, Optional<String> token, ProxyVariables proxies, Duration stall) {
        this.endpoint = endpoint;
        this.page = endpoint + "/" + id;
        this.token = token;
        this.proxies = proxies;
        this.stall = stall;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .proxy(proxies.selector())
                .build();
        this.watchdog = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("hub-watchdog").factory());
    }

    /** An answer with status 200, 206 or 416 whose body ends when the connection is silent for too long. */
    final class Answer implements AutoCloseable {
        private final HttpResponse<InputStream> response;
        private final AtomicLong lastByte = new AtomicLong(System.nanoTime());
        private final ScheduledFuture<?> watch;
        private volatile boolean stalled;

        private Answer(HttpResponse<InputStream> response) {
            this.response = response;
            long period = Math.max(1, stall.toMillis() / 4);
            this.watch = watchdog.scheduleAtFixedRate(this::endIfSilent, period, period, TimeUnit.MILLISECONDS);
        }

        private void endIfSilent() {
            if (System.nanoTime() - lastByte.get() > stall.toNanos()) {
                stalled = true;
                close();
            }
        }

        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        OptionalLong contentLength() {
            return response.headers().firstValueAsLong("Content-Length");
        }

        /** -1 at the end of the body. */
        int read(byte[] buffer) throws IOException {
            try {
                int count = response.body().read(buffer);
                if (!stalled) {
                    lastByte.set(System.nanoTime());
                    return count;
                }
            } catch (IOException e) {
                if (!stalled) {
                    throw e;
                }
            }
            throw new IOException("the connection was silent for " + stall.toSeconds() + " s");
        }

        @Override
        public void close() {
            watch.cancel(false);
            try {
                response.body().close();
            } catch (IOException e) {
                throw new CodaException("cannot close a connection: " + e.getMessage(), e);
            }
        }
    }

    /**
     * @param from first byte wanted; above 0 it is asked for with a Range header
     * @param what for messages, for example {@code "model OWNER/NAME"}
     * @throws IOException for what may pass: 408, 429, 5xx, a dropped connection
     * @throws CodaException for what will not: 401, 403, 404, other refusals, an unreachable hub
     */
    Answer get(URI address, long from, String what) throws IOException, InterruptedException {
        URI at = address;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response = send(request(at, "GET", from));
            int status = response.statusCode();
            if (!REDIRECTS.contains(status)) {
                return accepted(response, from, what);
            }
            closeBody(response);
            at = target(at, response, what);
        }
        throw tooManyRedirects(address, what);
    }

    private static CodaException tooManyRedirects(URI address, String what) {
        return CodaException.of("%s: more than %d redirects from %s", what, MAX_REDIRECTS, address);
    }

    /**
     * What a hub says of a file without sending it.
     *
     * @param bytes its size, where the hub says it
     * @param sha256 lower-case hexadecimal, where the hub says it
     */
    record Head(OptionalLong bytes, Optional<String> sha256) {}

    /** Asks for a file's head; see {@link #get}. */
    Head head(URI address, String what) throws IOException, InterruptedException {
        URI at = address;
        Optional<String> sha256 = Optional.empty();
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response = send(request(at, "HEAD", 0));
            boolean redirected = REDIRECTS.contains(response.statusCode());
            if (!redirected) {
                accepted(response, 0, what).close();
            }
            closeBody(response);
            sha256 = sha256.or(() -> linkedSha256(response));
            OptionalLong linked = response.headers().firstValueAsLong("X-Linked-Size");
            if (linked.isPresent() || !redirected) {
                return new Head(
                        linked.isPresent() ? linked : response.headers().firstValueAsLong("Content-Length"), sha256);
            }
            at = target(at, response, what);
        }
        throw tooManyRedirects(address, what);
    }

    private static Optional<String> linkedSha256(HttpResponse<InputStream> response) {
        return response.headers()
                .firstValue("X-Linked-Etag")
                .map(tag -> tag.replace("\"", "").toLowerCase(Locale.ROOT))
                .filter(tag -> tag.matches("[0-9a-f]{64}"));
    }

    private static URI target(URI at, HttpResponse<InputStream> response, String what) {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI next = at.resolve(URI.create(location));
            boolean known = "https".equals(next.getScheme()) || "http".equals(next.getScheme());
            boolean weaker = "https".equals(at.getScheme()) && !"https".equals(next.getScheme());
            if (!location.isEmpty() && known && !weaker && next.getHost() != null) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw new CodaException(what + ": " + at.getHost() + " redirects to no address: " + location, e);
        }
        throw CodaException.of("%s: %s redirects to \"%s\", which is not followed", what, at.getHost(), location);
    }

    private HttpRequest request(URI at, String method, long from) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(at)
                .timeout(stall)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("User-Agent", "coda4j")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            builder.header("Range", "bytes=" + from + "-");
        }
        proxies.login(at).ifPresent(login -> builder.header("Proxy-Authorization", login));
        if (isHub(at)) {
            token.ifPresent(value -> builder.header("Authorization", "Bearer " + value));
        }
        return builder.build();
    }

    private boolean isHub(URI at) {
        return endpoint.getScheme().equals(at.getScheme())
                && endpoint.getHost().equalsIgnoreCase(at.getHost())
                && endpoint.getPort() == at.getPort();
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            reached = true;
            return response;
        } catch (ConnectException | HttpConnectTimeoutException | SSLException e) {
            if (reached) {
                throw e;
            }
            String reason = e.getCause() instanceof UnresolvedAddressException
                    ? "its name is not known"
                    : e.getMessage() == null ? "no connection" : e.getMessage();
            throw new CodaException(
                    "cannot reach " + request.uri().getScheme() + "://"
                            + request.uri().getAuthority() + proxies.through(request.uri()) + " (" + reason
                            + "); check the network, the proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and HF_ENDPOINT",
                    e);
        } catch (IOException e) {
            throw refusedTunnel(request.uri(), e);
        }
    }

    /** A proxy that opens no way to an https address answers with a status, which the client only puts into words. */
    private IOException refusedTunnel(URI address, IOException e) {
        Matcher refusal = TUNNEL_REFUSED.matcher(e.getMessage() == null ? "" : e.getMessage());
        if (!refusal.find()) {
            return e;
        }
        int status = Integer.parseInt(refusal.group(1));
        String answer = "no way to " + address.getHost() + proxies.through(address) + ", which answers " + status;
        if (status >= 500) {
            return new Retrier.Transient(answer, "try it again later", Optional.empty());
        }
        throw new CodaException(answer + "; check NO_PROXY and what the proxy lets through", e);
    }

    private Answer accepted(HttpResponse<InputStream> response, long from, String what) throws IOException {
        int status = response.statusCode();
        if (status == 200 || from > 0 && (status == 206 || status == 416)) {
            return new Answer(response);
        }
        String hub = endpoint.getAuthority();
        String answer = hub + " answers " + status;
        closeBody(response);
        switch (status) {
            case 401 ->
                throw CodaException.of(
                        token.isPresent()
                                ? "%s: %s, HF_TOKEN is not accepted; make a new one at %s/settings/tokens"
                                : "%s: %s, it is private, gated or does not exist; check the name, and set "
                                        + "HF_TOKEN if it needs a login (%s/settings/tokens; the model's page: %s)",
                        what,
                        answer,
                        endpoint,
                        page);
            case 403 ->
                throw CodaException.of(
                        "%s: %s, your account has no access; accept the model's conditions on its page, %s%s",
                        what, answer, page, token.isPresent() ? "" : " and set HF_TOKEN");
            case 404 ->
                throw CodaException.of(
                        "%s: %s, there is no such thing; check the spelling of name and revision", what, answer);
            case 407 ->
                throw CodaException.of(
                        "%s: the proxy%s asks for a name and a password, or refuses those it got; write them into "
                                + "HTTPS_PROXY or HTTP_PROXY: http://name:password@host:port",
                        what, proxies.through(response.uri()).replace(" through the proxy", ""));
            case 429 ->
                throw new Retrier.Transient(
                        answer + " (too many requests)",
                        "wait some minutes and run it again"
                                + (token.isPresent() ? "" : ", or set HF_TOKEN for higher limits"),
                        RetryAfter.of(response.headers()));
            default -> {
                if (status == 408 || status >= 500) {
                    throw new Retrier.Transient(
                            answer,
                            "the hub has a problem, run it again later to continue",
                            RetryAfter.of(response.headers()));
                }
                throw CodaException.of("%s: %s, which is not understood; check HF_ENDPOINT", what, answer);
            }
        }
    }

    /** A proxy's refusal has no body. */
    private static void closeBody(HttpResponse<InputStream> response) throws IOException {
        if (response.body() != null) {
            response.body().close();
        }
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        client.shutdownNow();
        client.close();
    }
}
