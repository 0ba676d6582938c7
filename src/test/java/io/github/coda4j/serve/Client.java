package io.github.coda4j.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Talks to a server on this machine, as clients do and as they should not. */
public final class Client implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI address;
    private final HttpClient http;

    public Client(String address) {
        this(address, HttpClient.Version.HTTP_1_1);
    }

    /** Speaks HTTP/2, asked for by an upgrade, as the JDK's client does when nobody says otherwise. */
    public Client(String address, HttpClient.Version version) {
        this.address = URI.create(address);
        this.http = HttpClient.newBuilder().version(version).build();
    }

    /** An answer. */
    public record Reply(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public String text() {
            return response.body();
        }

        public JsonNode json() {
            return Json.parse(text(), "the answer");
        }

        /** What stands between empty lines. */
        public List<String> frames() {
            return Stream.of(text().split("\n\n")).toList();
        }

        /** The JSON of its data frames, without the last, which is {@code [DONE]}. */
        public List<JsonNode> chunks() {
            return frames().stream()
                    .filter(frame -> frame.startsWith("data: {"))
                    .map(frame -> Json.parse(frame.substring("data: ".length()), "a frame"))
                    .toList();
        }
    }

    public Reply get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    public Reply post(String path, String json, String... headers) {
        return send(posting(path, json, headers));
    }

    public Reply send(String method, String path, String body, String... headers) {
        return send(request(path, headers).method(method, BodyPublishers.ofString(body)));
    }

    /** The answer as it comes. */
    public HttpResponse<InputStream> open(String path, String json) {
        try {
            return http.send(posting(path, json).build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder posting(String path, String json, String... headers) {
        return request(path, headers).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(address.resolve(path)).timeout(PATIENCE);
        return headers.length == 0 ? builder : builder.headers(headers);
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String address() {
        return address.toString();
    }

    /** A bare connection. */
    public Raw raw() throws IOException {
        return new Raw(address);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** Bytes to the server and back. */
    public static final class Raw implements AutoCloseable {
        private final Socket socket = new Socket();

        private Raw(URI address) throws IOException {
            socket.setReceiveBufferSize(16 << 10);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
            socket.setSoTimeout((int) PATIENCE.toMillis());
        }

        public Raw send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        public Raw send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            return this;
        }

        /** A whole request over HTTP/1.1 with a body of JSON. */
        public Raw post(String path, String json) throws IOException {
            return send("POST " + path
                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                    + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json);
        }

        /** Everything up to the end of the connection, or until it holds the text. */
        public String readUntil(String text) throws IOException {
            StringBuilder read = new StringBuilder();
            byte[] buffer = new byte[4096];
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (read.indexOf(text) < 0) {
                if (System.nanoTime() > end) { // comments that keep a stream alive would keep us here too
                    throw new SocketTimeoutException("no end of it after " + PATIENCE + ": " + read);
                }
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    break;
                }
                read.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
            return read.toString();
        }

        /** Everything up to the end of the connection. */
        public String readAll() throws IOException {
            return readUntil("\0never\0");
        }

        /** Says that nothing more will be sent. */
        public void halfClose() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
