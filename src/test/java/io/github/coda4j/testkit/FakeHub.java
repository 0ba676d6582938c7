package io.github.coda4j.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A model hub on the loopback address with one model, {@value #ID}: an API that lists files, small files served at
 * once, large ones after a redirect to a second server. Can be told to misbehave, request by request.
 */
public final class FakeHub implements AutoCloseable {
    public static final String ID = "Owner/Name";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    /** Name under which {@link #next} queues behaviours of the listing. */
    public static final String LISTING = "listing";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer hub = server(this::serveHub);
    private final HttpServer storage = server(this::serveStorage);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ObjectNode listing = JSON.createObjectNode();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, Deque<Behavior>> queues = new ConcurrentHashMap<>();
    private final Set<String> linked = new HashSet<>();
    private boolean tellsSizes = true;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /**
     * A request as it came.
     *
     * @param server {@code hub} or {@code storage}
     */
    public record Request(
            String server, String method, String path, Optional<String> authorization, Optional<String> range) {}

    /** How to answer one request in place of the right way. */
    @FunctionalInterface
    public interface Behavior {
        void answer(HttpExchange exchange, byte[] content, int from) throws IOException;
    }

    public FakeHub() {
        listing.put("id", ID).put("sha", COMMIT);
        listing.putObject("cardData").put("license", "cc-by-nc-4.0");
        listing.putArray("siblings");
        hub.setExecutor(threads);
        storage.setExecutor(threads);
        hub.start();
        storage.start();
    }

    public URI endpoint() {
        return address(hub);
    }

    /** What the API answers; may be changed. */
    public ObjectNode listing() {
        return listing;
    }

    /** The listing's entry of a file; may be changed to lie. */
    public ObjectNode listed(String name) {
        for (var sibling : listing.get("siblings")) {
            if (sibling.get("rfilename").asText().equals(name)) {
                return (ObjectNode) sibling;
            }
        }
        throw new AssertionError("the hub has no file " + name);
    }

    /** A file that the hub serves itself and lists without a checksum. */
    public FakeHub small(String name, String text) {
        return small(name, text.getBytes(StandardCharsets.UTF_8));
    }

    public FakeHub small(String name, byte[] content) {
        files.put(name, content);
        listing.withArray("siblings").addObject().put("rfilename", name).put("size", content.length);
        return this;
    }

    /** A file that the second server serves and that is listed with its checksum. */
    public FakeHub large(String name, byte[] content) {
        small(name, content);
        linked.add(name);
        listed(name).putObject("lfs").put("sha256", sha256(content)).put("size", content.length);
        return this;
    }

    /** A hub such as some mirrors: its listing has names only. */
    public FakeHub withoutSizes() {
        listing.get("siblings").forEach(sibling -> ((ObjectNode) sibling).remove(List.of("size", "lfs")));
        return this;
    }

    /** A hub that does not say in answers either how large files are. */
    public FakeHub silentAboutSizes() {
        tellsSizes = false;
        return withoutSizes();
    }

    /**
     * The next requests for the file's bytes (or {@link #LISTING}) are answered this way, one each, then rightly again.
     */
    public FakeHub next(String name, Behavior... behaviors) {
        queues.computeIfAbsent(name, _ -> new ArrayDeque<>()).addAll(List.of(behaviors));
        return this;
    }

    public List<Request> requests() {
        return requests;
    }

    /** Requests whose path ends so. */
    public List<Request> requests(String pathEnd) {
        return requests.stream()
                .filter(request -> request.path().endsWith(pathEnd))
                .toList();
    }

    /** Answers only with a status and headers given as name, value, name, value. */
    public static Behavior status(int status, String... headers) {
        return (exchange, content, from) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Sends so many bytes of what was asked for, then drops the connection. */
    public static Behavior dropAfter(int count) {
        return (exchange, content, from) -> {
            byte[] rest = start(exchange, content, from);
            exchange.getResponseBody().write(rest, 0, Math.min(count, rest.length));
            exchange.getResponseBody().flush();
        };
    }

    /** Sends so many bytes of what was asked for, then nothing for that time. */
    public static Behavior silentAfter(int count, long millis) {
        return (exchange, content, from) -> {
            dropAfter(count).answer(exchange, content, from);
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Sends everything whatever range was asked for. */
    public static Behavior ignoreRange() {
        return (exchange, content, from) -> send(exchange, content, 0);
    }

    /** Sends other content than listed. */
    public static Behavior otherContent(byte[] other) {
        return (exchange, content, from) -> send(exchange, other, Math.min(from, other.length - 1));
    }

    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void serveHub(HttpExchange exchange) throws IOException {
        String path = note("hub", exchange);
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (path.startsWith("/api/models/" + ID + "/revision/")
                && "blobs=true".equals(exchange.getRequestURI().getRawQuery())) {
            answer(exchange, LISTING, JSON.writeValueAsBytes(listing));
        } else if (!path.startsWith("/" + ID + "/resolve/") || !files.containsKey(name)) {
            exchange.sendResponseHeaders(404, -1);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
            head(exchange, name);
        } else if (linked.contains(name)) {
            exchange.getResponseHeaders().set("Location", address(storage) + "/blobs/" + name + "?signature=secret");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
            answer(exchange, name, files.get(name));
        }
    }

    private void head(HttpExchange exchange, String name) throws IOException {
        byte[] content = files.get(name);
        if (linked.contains(name)) {
            exchange.getResponseHeaders().set("Location", address(storage) + "/blobs/" + name + "?signature=secret");
            if (tellsSizes) {
                exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.length));
                exchange.getResponseHeaders().set("X-Linked-Etag", '"' + sha256(content) + '"');
            }
            exchange.sendResponseHeaders(302, -1);
            return;
        }
        if (tellsSizes) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
        }
        exchange.sendResponseHeaders(200, -1);
    }

    private void serveStorage(HttpExchange exchange) throws IOException {
        String name = note("storage", exchange).replace("/blobs/", "");
        answer(exchange, name, files.get(name));
    }

    private String note(String server, HttpExchange exchange) {
        var headers = exchange.getRequestHeaders();
        String path = exchange.getRequestURI().getPath();
        requests.add(new Request(
                server,
                exchange.getRequestMethod(),
                path,
                Optional.ofNullable(headers.getFirst("Authorization")),
                Optional.ofNullable(headers.getFirst("Range"))));
        return path;
    }

    private void answer(HttpExchange exchange, String name, byte[] content) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        Deque<Behavior> queue = queues.getOrDefault(name, new ArrayDeque<>());
        Behavior behavior;
        synchronized (queue) {
            behavior = queue.isEmpty() ? FakeHub::send : queue.poll();
        }
        behavior.answer(exchange, content, from);
    }

    private static void send(HttpExchange exchange, byte[] content, int from) throws IOException {
        exchange.getResponseBody().write(start(exchange, content, from));
    }

    /** Sends the headers and returns the bytes to follow. */
    private static byte[] start(HttpExchange exchange, byte[] content, int from) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        int count = content.length - from;
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, count == 0 ? -1 : count);
        return Arrays.copyOfRange(content, from, content.length);
    }

    private static HttpServer server(HttpHandler handler) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    handler.handle(exchange);
                }
            });
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
