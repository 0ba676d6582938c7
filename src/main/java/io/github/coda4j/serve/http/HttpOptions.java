package io.github.coda4j.serve.http;

import static io.github.coda4j.Checks.check;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the server listens.
 *
 * @param host the address
 * @param port 0 for any that is free
 * @param tls certificate and key; empty: clear text
 * @param keys who is let in
 * @param origins the pages of which browsers may call, such as {@code https://example.org}
 * @param maxBody the largest body in bytes, at least 1
 * @param keepAlive silence after which a stream is told that the server is still there; 0: never
 * @param stall how long a reader may read nothing before it is given up
 * @param bodyWait how long a body may take to arrive
 * @param idle how long a connection may have no request
 * @param silence how long a connection may carry nothing whatever it waits for, longer than any answer takes
 */
public record HttpOptions(
        String host,
        int port,
        Optional<Tls> tls,
        Keys keys,
        List<String> origins,
        int maxBody,
        Duration keepAlive,
        Duration stall,
        Duration bodyWait,
        Duration idle,
        Duration silence) {
    /** The largest body where nobody says it, in bytes. */
    public static final int DEFAULT_MAX_BODY = 8 << 20;

    /** As browsers send it; one with a path, or a star, would never be the same. */
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/*?#\\s]+");

    /** Files in PEM. */
    public record Tls(Path certificate, Path key) {}

    public HttpOptions {
        check(port >= 0 && port <= 65535, "the port must be 0 (any) to 65535, got %d", port);
        check(maxBody >= 1, "the largest body must be at least 1 byte, got %d", maxBody);
        requireNonNull(keys, "keys is null");
        origins = List.copyOf(origins);
        for (String origin : origins) {
            check(
                    ORIGIN.matcher(origin).matches(),
                    "an origin must be SCHEME://HOST or SCHEME://HOST:PORT, such as http://localhost:3000, got '%s'",
                    origin);
        }
        check(!keepAlive.isNegative(), "the time between keep-alive comments must not be negative");
    }

    /** On the loopback address, open, in clear text. */
    public static HttpOptions local(int port) {
        return new HttpOptions(
                "127.0.0.1",
                port,
                Optional.empty(),
                new Keys(List.of()),
                List.of(),
                DEFAULT_MAX_BODY,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(75),
                Duration.ofMinutes(11));
    }

    /** The same for holders of these keys. */
    public HttpOptions withKeys(List<String> list) {
        return new HttpOptions(
                host, port, tls, new Keys(list), origins, maxBody, keepAlive, stall, bodyWait, idle, silence);
    }

    /** The same for pages of these origins. */
    public HttpOptions withOrigins(List<String> list) {
        return new HttpOptions(host, port, tls, keys, list, maxBody, keepAlive, stall, bodyWait, idle, silence);
    }

    /** The same with another largest body. */
    public HttpOptions withMaxBody(int bytes) {
        return new HttpOptions(host, port, tls, keys, origins, bytes, keepAlive, stall, bodyWait, idle, silence);
    }

    /** The same at another address, in clear text or not. */
    public HttpOptions at(String newHost, Optional<Tls> newTls) {
        return new HttpOptions(
                newHost, port, newTls, keys, origins, maxBody, keepAlive, stall, bodyWait, idle, silence);
    }

    /** The same with other patience. */
    public HttpOptions withTimes(Duration newKeepAlive, Duration newStall, Duration newBodyWait, Duration newIdle) {
        return new HttpOptions(
                host, port, tls, keys, origins, maxBody, newKeepAlive, newStall, newBodyWait, newIdle, silence);
    }

    /** The same with another end to silence. */
    public HttpOptions withSilence(Duration most) {
        return new HttpOptions(host, port, tls, keys, origins, maxBody, keepAlive, stall, bodyWait, idle, most);
    }
}
