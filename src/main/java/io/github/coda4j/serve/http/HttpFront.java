package io.github.coda4j.serve.http;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.serve.wire.Problem;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens, reads requests and hands them to their routes. One thread does all that the network needs; what is not quick
 * runs on a virtual thread of its own.
 */
public final class HttpFront implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);

    private static final Pattern REQUEST_ID = Pattern.compile("[\\x21-\\x7E]{1,128}");
    private static final long TICK_MILLIS = 500;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final Duration LONGEST_STEP = Duration.ofSeconds(5);

    private final HttpOptions options;
    private final RouteTable routes;
    private final BiFunction<Throwable, Call, Problem> problems;
    private final Consumer<Call> finished;
    private final Vertx vertx;
    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final Map<HttpConnection, Usage> connections = new ConcurrentHashMap<>();
    private final Newcomers newcomers = new Newcomers();
    private final Closing closing = new Closing();

    /** How a connection is used. */
    private static final class Usage {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile long idleSince = System.nanoTime();
    }

    /**
     * A server that listens from {@link #listen} on.
     *
     * @param problems what a client is told about what a handler threw
     * @param finished is given every call when it is over
     */
    public HttpFront(
            HttpOptions options,
            RouteTable routes,
            BiFunction<Throwable, Call, Problem> problems,
            Consumer<Call> finished) {
        this.options = options;
        this.routes = routes;
        this.problems = problems;
        this.finished = finished;
        VertxOptions network = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        this.vertx = Vertx.builder().with(network).withTransport(newcomers).build();
        HttpServerOptions http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setTcpNoDelay(true)
                .setIdleTimeout(Math.toIntExact(options.silence().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(true);
        options.tls()
                .ifPresent(tls -> http.setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertPath(tls.certificate().toString())
                                .addKeyPath(tls.key().toString())));
        this.server = vertx.createHttpServer(http)
                .connectionHandler(this::connected)
                .invalidRequestHandler(this::refuse)
                .exceptionHandler(e -> LOG.debug("a connection failed", e))
                .requestHandler(this::take);
    }

    /**
     * Begins to listen.
     *
     * @return the address, as a URL without a path
     * @throws CodaException when the address cannot be had, or the files of TLS do not belong together
     */
    public String listen() {
        options.tls().ifPresent(TlsFiles::check);
        try {
            server.listen().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CodaException(
                    String.format(
                            Locale.ROOT,
                            "cannot listen on %s:%d: %s%s",
                            options.host(),
                            options.port(),
                            reason(cause),
                            cause instanceof java.net.BindException
                                    ? "; take another port (--port), or 0 for any that is free"
                                    : ""),
                    cause);
        }
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
        return (options.tls().isPresent() ? "https" : "http") + "://" + shown(options.host()) + ":"
                + server.actualPort();
    }

    private static String reason(Throwable cause) {
        Throwable last = cause;
        while (last.getMessage() == null && last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    }

    private static String shown(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** Number of calls that are not over; one whose client left counts until its work was told to end. */
    public int openCalls() {
        return (int) calls.stream().filter(call -> !call.hasLeft()).count();
    }

    /** Closes all connections. What is under way is over for its clients; a second call does nothing. */
    @Override
    public void close() {
        closing.once(() -> {
            server.shutdown(LAST_WORDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            workers.shutdown();
            awaitHandlers();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        });
    }

    /** Their clients are gone, so that they end by themselves, within the step that the model is at. */
    private void awaitHandlers() {
        try {
            if (!workers.awaitTermination(LONGEST_STEP.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("{} calls did not end with the server", calls.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called with a connection's first request: until then it is a newcomer. */
    private void connected(HttpConnection connection) {
        newcomers.arrived(connection.remoteAddress());
        connections.put(connection, new Usage());
        connection.closeHandler(closed -> connections.remove(connection));
        connection.exceptionHandler(e -> LOG.debug("a connection failed", e));
    }

    private void take(HttpServerRequest request) {
        Usage usage = connections.computeIfAbsent(request.connection(), added -> new Usage());
        usage.calls.incrementAndGet();
        Call call = new Call(id(request), request, vertx.getOrCreateContext(), over -> {
            calls.remove(over);
            usage.idleSince = System.nanoTime();
            usage.calls.decrementAndGet();
            finished.accept(over);
        });
        calls.add(call);
        try {
            route(call);
        } catch (Problem problem) {
            // What is still sent to us is passed over.
            request.endHandler(end -> call.received(new byte[0]));
            refuse(call, problem);
        }
    }

    /** Answers what no handler sees. */
    private static void refuse(Call call, Problem problem) {
        call.fail(problem);
        call.handled();
    }

    private static String id(HttpServerRequest request) {
        String given = request.getHeader("x-request-id");
        if (given != null && REQUEST_ID.matcher(given).matches()) {
            return given;
        }
        return "req_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private void route(Call call) {
        allowOrigin(call);
        if (call.method().equals("OPTIONS")) {
            String methods = routes.methods(call.path()).orElseThrow(() -> Problem.noRoute("OPTIONS", call.path()));
            call.header("Allow", methods + ", OPTIONS");
            call.request().endHandler(end -> {
                call.received(new byte[0]);
                call.answer(204, "", "");
                call.handled();
            });
            return;
        }
        RouteTable.Match match = routes.find(call.method(), call.path());
        call.routed(match);
        if (!match.route().open() && !options.keys().open(call.header("authorization"), call.header("x-api-key"))) {
            throw Problem.wrongKey();
        }
        if (match.route().method().equals("POST")) {
            checkContentType(call);
        }
        readBody(call, match.route());
    }

    private void allowOrigin(Call call) {
        Optional<String> origin = call.header("origin").filter(options.origins()::contains);
        if (!options.origins().isEmpty()) {
            call.header("Vary", "Origin");
        }
        origin.ifPresent(page -> {
            call.header("Access-Control-Allow-Origin", page);
            call.header("Access-Control-Expose-Headers", "x-request-id, x-coda-ignored, retry-after");
            if (call.method().equals("OPTIONS")) {
                call.header("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
                call.header(
                        "Access-Control-Allow-Headers",
                        call.header("access-control-request-headers").orElse("authorization, content-type"));
                call.header("Access-Control-Max-Age", "600");
            }
        });
    }

    /**
     * JSON, or nothing said, or what curl says about JSON when it is not told. A page of a stranger cannot send JSON
     * without asking first; what it can send is a form, and that with its origin.
     */
    private static void checkContentType(Call call) {
        String type =
                call.header("content-type").orElse(Call.JSON).split(";", 2)[0].strip();
        String lower = type.toLowerCase(Locale.ROOT);
        boolean ofCurl = lower.equals("application/x-www-form-urlencoded")
                && call.header("origin").isEmpty();
        if (!type.isEmpty() && !ofCurl && !lower.matches("(application|text)/([a-z0-9.+-]*\\+)?json")) {
            throw Problem.badRequest(
                    415,
                    "unsupported_media_type",
                    "the body must be JSON with Content-Type: application/json, got '" + type + "'");
        }
    }

    private void readBody(Call call, Route route) {
        HttpServerRequest request = call.request();
        Problem tooLarge = Problem.bodyTooLarge(options.maxBody());
        if (announced(call) > options.maxBody()) {
            throw tooLarge;
        }
        if (call.header("expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
            call.response().writeContinue();
        }
        Buffer body = Buffer.buffer();
        request.handler(piece -> {
            if (body.length() + piece.length() > options.maxBody()) {
                request.handler(dropped -> {});
                request.endHandler(end -> {});
                refuse(call, tooLarge);
            } else {
                body.appendBuffer(piece);
            }
        });
        request.endHandler(end -> {
            call.received(body.getBytes());
            if (route.quick()) {
                handle(call, route);
            } else {
                workers.execute(() -> handle(call, route));
            }
        });
    }

    private static long announced(Call call) {
        try {
            return call.header("content-length").map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private void handle(Call call, Route route) {
        try {
            route.handler().handle(call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.fail(Problem.internal(call.id(), e));
        } catch (Throwable e) {
            call.fail(problems.apply(e, call));
        } finally {
            call.handled();
        }
    }

    /** What cannot be understood as a request at all. */
    private void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Problem problem = cause instanceof TooLongHttpLineException
                ? Problem.badRequest(414, "uri_too_long", "the request line is too long")
                : cause instanceof TooLongHttpHeaderException
                        ? Problem.badRequest(431, "headers_too_large", "the headers are too long")
                        : Problem.badRequest(400, "bad_request", "this is no request of HTTP");
        refuse(new Call(id(request), request, vertx.getOrCreateContext(), finished), problem);
    }

    private void tick() {
        long now = System.nanoTime();
        calls.forEach(call -> call.tick(now, options));
        newcomers.tick(now, options.idle().toNanos());
        connections.forEach((connection, usage) -> {
            if (usage.calls.get() == 0 && now - usage.idleSince > options.idle().toNanos()) {
                connection.close();
            }
        });
    }
}
