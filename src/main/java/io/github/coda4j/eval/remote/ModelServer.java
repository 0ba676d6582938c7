package io.github.coda4j.eval.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.answers.Answer;
import io.github.coda4j.eval.answers.Question;
import io.github.coda4j.eval.answers.Respondent;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Document;
import io.github.coda4j.web.ProxyVariables;
import io.github.coda4j.web.Retrier;
import io.github.coda4j.web.RetryAfter;
import io.github.coda4j.web.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that speaks OpenAI's protocol. Texts go to {@code completions}, holes there too with their suffix, messages
 * to {@code chat/completions}. What may pass (408, 429, 5xx, a dropped connection, no answer in time) is tried again,
 * after as long as the server asks for; the rest ends with what the server said.
 */
public final class ModelServer implements AutoCloseable {
    private static final String AGAIN = "the same command goes on from here";
    private static final Duration CONNECT = Duration.ofSeconds(20);

    /**
     * Which server.
     *
     * @param base its address up to and with {@code /v1}
     * @param key sent as a bearer token
     * @param timeout the longest wait for an answer
     */
    public record Address(URI base, Optional<String> key, Duration timeout) {
        /**
         * Reads an address; one without a path gets {@code /v1}.
         *
         * @throws IllegalArgumentException when it is none
         */
        public static Address of(String text, Optional<String> key, Duration timeout) {
            String bare = text.strip().replaceAll("/+$", "");
            URI uri;
            try {
                uri = URI.create(bare);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(wrong(text), e);
            }
            boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!known || uri.getHost() == null || uri.getQuery() != null) {
                throw new IllegalArgumentException(wrong(text));
            }
            boolean noPath = uri.getPath() == null || uri.getPath().isEmpty();
            return new Address(noPath ? URI.create(bare + "/v1") : uri, key, timeout);
        }

        private static String wrong(String text) {
            return "--base-url must be an address like http://127.0.0.1:8000/v1, got '" + text + "'";
        }
    }

    private final Address address;
    private final Retrier retrier;
    private final ProxyVariables proxies;
    private final HttpClient client;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Closing closing = new Closing();
    private final ObjectNode model;

    /**
     * Connects, and asks which models there are.
     *
     * @param wanted the model's name there; without it the first one that the server lists
     * @param listener hears of what is tried again
     * @throws CodaException when the server cannot be asked or has no models
     */
    public static ModelServer connect(
            Address address, Optional<String> wanted, ProxyVariables proxies, Retrier.Listener listener) {
        return connect(address, wanted, proxies, RetryPolicy.DEFAULT, Thread::sleep, listener);
    }

    static ModelServer connect(
            Address address,
            Optional<String> wanted,
            ProxyVariables proxies,
            RetryPolicy policy,
            Retrier.Waiter waiter,
            Retrier.Listener listener) {
        ModelServer server = new ModelServer(address, proxies, new Retrier(policy, waiter, listener, AGAIN));
        try {
            server.find(wanted);
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    private ModelServer(Address address, ProxyVariables proxies, Retrier retrier) {
        this.address = address;
        this.retrier = retrier;
        this.proxies = proxies;
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .proxy(proxies.selector())
                .build();
        this.model = JsonNodeFactory.instance.objectNode();
    }

    private void find(Optional<String> wanted) {
        String id = wanted.orElseGet(() ->
                send("models", Optional.empty()).path("data").path(0).path("id").asText(""));
        if (id.isBlank()) {
            throw CodaException.of("%s lists no model: name one with --model", address.base());
        }
        model.put("base_url", address.base().toString()).put("model", id);
    }

    /** Which model is asked: {@code base_url} and {@code model}. */
    public ObjectNode model() {
        return model.deepCopy();
    }

    /**
     * The server as one who is asked.
     *
     * @param sampling further fields of every request: {@code temperature}, {@code max_tokens} and so on; a seed grows
     *     by one with every sample of a task
     */
    public Respondent respondent(ObjectNode sampling) {
        return new Respondent() {
            @Override
            public CompletableFuture<Answer> ask(Question question) {
                closing.checkOpen("the server");
                return CompletableFuture.supplyAsync(() -> answer(question, sampling), threads);
            }

            @Override
            public ObjectNode setting(Question first) {
                ObjectNode setting = JsonNodeFactory.instance.objectNode();
                setting.set("decoding", sampling);
                return setting;
            }
        };
    }

    private Answer answer(Question question, ObjectNode sampling) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model.get("model").asText());
        body.setAll(sampling);
        if (body.has("seed")) {
            body.put("seed", body.get("seed").asLong() + question.sample());
        }
        String path = "completions";
        switch (question.form()) {
            case Question.Continue(var text) -> body.put("prompt", text.text());
            case Question.Chat(String user) -> {
                path = "chat/completions";
                body.putArray("messages").addObject().put("role", "user").put("content", user);
            }
            case Question.Fill(String before, Document.Hole hole, String behind) -> {
                body.put("prompt", before).put("max_tokens", hole.tokens());
                if (!behind.isEmpty()) {
                    body.put("suffix", behind);
                }
                if (!hole.open()) {
                    body.put("length", "fixed");
                }
            }
        }
        long begin = System.nanoTime();
        JsonNode answered = send(path, Optional.of(body));
        double seconds = (System.nanoTime() - begin) / 1e9;
        JsonNode choice = answered.path("choices").path(0);
        if (choice.isMissingNode()) {
            throw CodaException.of("%s/%s answers without choices: %s", address.base(), path, Json.shown(answered));
        }
        JsonNode text = choice.has("message") ? choice.path("message").path("content") : choice.path("text");
        JsonNode cost = answered.path("coda").path("cost");
        int forwards = cost.path("forwards").asInt(-1);
        return new Answer(
                text.asText(""),
                answered.path("usage").path("completion_tokens").asInt(0),
                forwards < 0 ? OptionalInt.empty() : OptionalInt.of(forwards),
                cost.path("length_forwards").asInt(0),
                seconds);
    }

    /** Sends until it is answered. */
    private ObjectNode send(String path, Optional<ObjectNode> body) {
        URI at = URI.create(address.base() + "/" + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .timeout(address.timeout())
                .header("User-Agent", "coda4j")
                .header("Accept", "application/json");
        address.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        proxies.login(at).ifPresent(login -> request.header("Proxy-Authorization", login));
        body.ifPresent(json -> request.header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.ascii(json), StandardCharsets.UTF_8)));
        return retrier.run(at + proxies.through(at), _ -> {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            int status = response.statusCode();
            if (status == 200) {
                return Json.parseObject(response.body(), "the answer of " + at);
            }
            throw refused(at, status, response);
        });
    }

    private IOException refused(URI at, int status, HttpResponse<byte[]> response) {
        String said = "answers " + status + message(response.body());
        if (status == 408 || status == 429 || status >= 500) {
            return new Retrier.Transient(said, AGAIN, RetryAfter.of(response.headers()));
        }
        String advice = switch (status) {
            case 401, 403 -> "; name the variable that holds its key with --api-key-env";
            case 404 -> "; check --base-url and --model";
            default -> "";
        };
        throw CodaException.of("%s %s%s", at, said, advice);
    }

    /** What the server says is wrong, as OpenAI's servers say it, or the beginning of its answer. */
    private static String message(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        String said;
        try {
            JsonNode error = Json.parseObject(text, "an answer").path("error");
            said = error.isTextual() ? error.asText() : error.path("message").asText("");
        } catch (CodaException _) {
            said = text.strip();
        }
        String line = said.replaceAll("\\s+", " ");
        int most = 200;
        return line.isEmpty() ? "" : ": " + (line.length() > most ? line.substring(0, most) + "..." : line);
    }

    @Override
    public void close() {
        closing.once(() -> {
            threads.shutdownNow();
            client.shutdownNow();
            threads.close();
            client.close();
        });
    }
}
