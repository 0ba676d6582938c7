package io.github.coda4j.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import io.github.coda4j.serve.wire.Problem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer. Given out to handlers on threads of their own; the network's objects are touched on the
 * network's thread alone.
 */
public final class Call {
    /** The content type of server-sent events. */
    public static final String EVENTS = "text/event-stream";

    public static final String JSON = "application/json";

    private static final long HTTP2_INTERNAL_ERROR = 2;
    private static final long MILLIS_FOR_LAST_WORDS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    private final String id;
    private final HttpServerRequest request;
    private final Context context;
    private final Consumer<Call> finished;
    private final long startNanos = System.nanoTime();

    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Runnable> whenGone = new ArrayList<>();
    private byte[] body = {};
    private String rest = "";
    private String route = "";
    private boolean answered;
    private boolean gone;
    private volatile boolean left;
    private boolean over;
    private boolean handled;
    private boolean told;
    private volatile int status;
    private volatile boolean received;
    private volatile long endNanos;
    private volatile FrameStream stream;

    Call(String id, HttpServerRequest request, Context context, Consumer<Call> finished) {
        this.id = id;
        this.request = request;
        this.context = context;
        this.finished = finished;
        header("x-request-id", id);
        request.exceptionHandler(_ -> clientGone());
        request.response().exceptionHandler(_ -> clientGone());
        request.response().closeHandler(_ -> clientGone());
    }

    /** What the client called the request, or a name of ours. */
    public String id() {
        return id;
    }

    /** The method in capitals, such as {@code POST}. */
    public String method() {
        return request.method().name();
    }

    /** The path without the query. */
    public String path() {
        return Optional.ofNullable(request.path()).orElse("/");
    }

    /** The path of its route; empty when there is none. */
    public String route() {
        return route;
    }

    /** What stood for {@code {id}} in the path. */
    public String rest() {
        return rest;
    }

    /** A header of the request; its name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** The body as it came, not a copy; without bytes where there is none. */
    public byte[] body() {
        return body;
    }

    /** The status that was sent, 0 when none was. */
    public int status() {
        return status;
    }

    /** Time since it came. */
    public double millis() {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    /** Sends a header with the answer. */
    public synchronized void header(String name, String value) {
        headers.put(name, value);
    }

    /** Something about the call that belongs into its line of the log: text, a number or a truth. */
    public synchronized void fact(String name, Object value) {
        facts.put(name, value);
    }

    /** A copy of all {@link #fact}s, in the order in which they were told. */
    public synchronized Map<String, Object> facts() {
        return new LinkedHashMap<>(facts);
    }

    /** Whether nobody waits for the answer any more. */
    public synchronized boolean isGone() {
        return gone;
    }

    /** Runs the work when the client leaves before the answer is sent; at once when it has left. */
    public void onGone(Runnable work) {
        synchronized (this) {
            if (!gone) {
                whenGone.add(work);
                return;
            }
        }
        work.run();
    }

    /** Answers with JSON, compact: some clients look for {@code "content":"} without a space. */
    public void answer(int code, JsonNode json) {
        answer(code, JSON, Json.compact(json));
    }

    /** Answers; a second answer is dropped. */
    public void answer(int code, String contentType, String text) {
        answer(code, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with bytes, which are not changed afterwards; a second answer is dropped. */
    public void answer(int code, String contentType, byte[] bytes) {
        if (begin()) {
            onLoop(() -> send(code, contentType, bytes));
        }
    }

    /** Answers with a problem. */
    public void fail(Problem problem) {
        problem.headers().forEach(this::header);
        fact("error", problem.code());
        answer(problem.status(), problem.body());
    }

    /** An answer in pieces instead. */
    public FrameStream stream(String contentType) {
        FrameStream opened = new FrameStream(this, contentType);
        stream = opened;
        if (isGone()) {
            opened.gone();
        }
        return opened;
    }

    private synchronized boolean begin() {
        boolean first = !answered;
        answered = true;
        return first;
    }

    private void send(int code, String contentType, byte[] bytes) {
        if (isGone()) {
            return;
        }
        head(code, contentType);
        if (method().equals("HEAD")) {
            response().putHeader("Content-Length", Integer.toString(bytes.length));
            ended(response().end());
        } else {
            ended(response().end(Buffer.buffer(bytes)));
        }
    }

    /** Sets status and headers; on the network's thread. */
    void head(int code, String contentType) {
        status = code;
        response().setStatusCode(code);
        synchronized (this) {
            headers.forEach(response()::putHeader);
        }
        if (!contentType.isEmpty()) {
            response().putHeader("Content-Type", contentType);
        }
        if (!received && !isHttp2()) {
            response().putHeader("Connection", "close");
        }
    }

    HttpServerResponse response() {
        return request.response();
    }

    HttpServerRequest request() {
        return request;
    }

    boolean isHttp2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    void routed(RouteTable.Match match) {
        route = match.route().path();
        rest = match.rest();
    }

    void received(byte[] bytes) {
        body = bytes;
        received = true;
    }

    /** Runs the work on the network's thread, now or later; never once the server is closed. */
    void onLoop(Runnable work) {
        try {
            context.runOnContext(_ -> work.run());
        } catch (RejectedExecutionException e) {
            LOG.debug("request {} ends after the server", id, e);
        }
    }

    /** The last byte was handed over and is sent when that is. */
    void ended(Future<Void> sent) {
        endNanos = System.nanoTime();
        boolean close = !received || request.version() == HttpVersion.HTTP_1_0 && stream != null;
        sent.onComplete(_ -> {
            finish();
            if (close) {
                closeSoon();
            }
        });
    }

    /** A client that still sends gets a moment to read the answer before its connection is closed. */
    private void closeSoon() {
        if (received || isHttp2()) {
            request.connection().close();
        } else {
            context.owner()
                    .setTimer(MILLIS_FOR_LAST_WORDS, _ -> request.connection().close());
        }
    }

    /** Ends the stream so that the client sees that it is not whole. */
    void cut() {
        finish();
        if (isHttp2()) { // a client that hears of the reset throws away what it has not read yet
            context.owner().setTimer(MILLIS_FOR_LAST_WORDS, _ -> response().reset(HTTP2_INTERNAL_ERROR));
        } else {
            request.connection().close();
        }
    }

    /** The reader takes nothing: as if it had gone. */
    void giveUp() {
        fact("stalled", true);
        onLoop(() -> {
            clientGone();
            if (isHttp2()) {
                response().reset(HTTP2_INTERNAL_ERROR);
            } else {
                request.connection().close();
            }
        });
    }

    /** Looked at once in a while, on the network's thread. */
    void tick(long now, HttpOptions options) {
        FrameStream open = stream;
        if (endNanos != 0 && now - endNanos > options.stall().toNanos()) {
            giveUp();
        } else if (open != null) {
            open.tick(now, options.keepAlive().toNanos(), options.stall().toNanos());
        } else if (!received && now - startNanos > options.bodyWait().toNanos()) {
            fail(Problem.badRequest(408, "timeout", "the body did not arrive in time"));
            handled();
        }
    }

    private void clientGone() {
        List<Runnable> work;
        synchronized (this) {
            if (over || gone) {
                return;
            }
            gone = true;
            handled |= !received; // nobody will handle it any more
            work = List.copyOf(whenGone);
        }
        FrameStream open = stream;
        if (open != null) {
            open.gone();
        }
        work.forEach(Runnable::run);
        left = true;
        finish();
    }

    /** Whether the client was seen to leave, and all that was to end for it was told so. */
    boolean hasLeft() {
        return left;
    }

    private void finish() {
        tellOnce(() -> over = true);
    }

    /** Its handler has returned: all that is to be known about it is known. */
    void handled() {
        tellOnce(() -> handled = true);
    }

    private void tellOnce(Runnable change) {
        synchronized (this) {
            change.run();
            if (told || !over || !handled) {
                return;
            }
            told = true;
        }
        finished.accept(this);
    }
}
