package io.github.coda4j.eval.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that says what it is told to say, and keeps what it was asked. */
public final class FakeServer implements AutoCloseable {
    /** One answer. */
    public interface Reply {
        void to(HttpExchange call) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Reply> next = new ArrayDeque<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private Reply usual = status(200, "{\"choices\":[{\"text\":\"usual\"}],\"usage\":{\"completion_tokens\":3}}");

    public FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange call) throws IOException {
        String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(call.getRequestMethod() + " " + call.getRequestURI() + " " + body);
        keys.add(String.valueOf(call.getRequestHeaders().getFirst("Authorization")));
        Reply reply;
        synchronized (next) {
            reply = next.isEmpty() ? usual : next.remove();
        }
        reply.to(call);
        call.close();
    }

    /** What is said next, in order; afterwards the usual. */
    public FakeServer next(Reply... replies) {
        synchronized (next) {
            next.addAll(List.of(replies));
        }
        return this;
    }

    public FakeServer always(Reply reply) {
        usual = reply;
        return this;
    }

    /** A status and a body, with headers: name, value and so on. */
    public static Reply status(int status, String body, String... headers) {
        return call -> {
            for (int i = 0; i < headers.length; i += 2) {
                call.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            call.getResponseBody().write(bytes);
        };
    }

    /** The address up to {@code /v1}. */
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Method, path and body of every request. */
    public List<String> asked() {
        return asked;
    }

    /** The Authorization header of every request. */
    public List<String> keys() {
        return keys;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
