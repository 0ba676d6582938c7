package io.github.coda4j.serve.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An answer that is sent piece by piece. Nothing is sent, not even the status, before the first piece: until then the
 * call may still fail with a status. A writer waits while the reader does not read, so that an answer nobody reads
 * takes no memory; one that reads nothing for long is given up. Safe to use from several threads, but not from that of
 * the network.
 */
public final class FrameStream {
    /** Bytes that may wait here before a writer does. */
    private static final int MOST_WAITING = 64 << 10;

    private enum End {
        OPEN,
        WHOLE,
        CUT
    }

    private final Call call;
    private final String contentType;
    private final String keepAlive;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private End end = End.OPEN;
    private boolean begun;
    private boolean closed;
    /** When the reader last took something, or there was nothing to take. */
    private volatile long lastMoveNanos = System.nanoTime();

    private volatile long lastWriteNanos = System.nanoTime();

    /* Of the network's thread alone. */
    private boolean headSent;
    private boolean ending;
    private Future<Void> lastWrite = Future.succeededFuture();

    FrameStream(Call call, String contentType) {
        this.call = call;
        this.contentType = contentType;
        // A comment of server-sent events, as llama.cpp sends it; other streams have none.
        this.keepAlive = contentType.equals(Call.EVENTS) ? ":\n\n" : "";
    }

    /** Whether anything was sent: then a failure can only cut the stream. */
    public boolean begun() {
        lock.lock();
        try {
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a piece, or drops it when nobody is there any more. Waits for a reader who is behind. */
    public void write(String frame) {
        lock.lock();
        try {
            while (waitingBytes > MOST_WAITING && !closed) {
                moved.awaitUninterruptibly();
            }
            add(frame);
        } finally {
            lock.unlock();
        }
    }

    /** The answer is whole. */
    public void end() {
        close(End.WHOLE, "");
    }

    /** The answer broke off: says so and cuts the connection, so that no client takes it for whole. */
    public void cut(String lastFrame) {
        close(End.CUT, lastFrame);
    }

    private void close(End how, String lastFrame) {
        lock.lock();
        try {
            if (end == End.OPEN) {
                add(lastFrame);
                begun = true;
                end = how;
                call.onLoop(this::pump);
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(String frame) {
        if (closed || end != End.OPEN || frame.isEmpty()) {
            return;
        }
        begun = true;
        Buffer bytes = Buffer.buffer(frame);
        waiting.addLast(bytes);
        waitingBytes += bytes.length();
        lastWriteNanos = System.nanoTime();
        call.onLoop(this::pump);
    }

    /** The client is gone: whoever waits for it goes on. */
    void gone() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            waitingBytes = 0;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Looked at once in a while: tells a silent stream's client that it is not forgotten. */
    void tick(long now, long keepAliveNanos, long stallNanos) {
        boolean stalled;
        lock.lock();
        try {
            stalled = !waiting.isEmpty() && now - lastMoveNanos > stallNanos;
            if (keepAliveNanos > 0 && waiting.isEmpty() && now - lastWriteNanos > keepAliveNanos) {
                add(keepAlive);
            }
        } finally {
            lock.unlock();
        }
        if (stalled) {
            call.giveUp();
        }
    }

    /** Sends what the connection takes. On the network's thread. */
    private void pump() {
        HttpServerResponse response = call.response();
        if (call.isGone() || ending) {
            return;
        }
        if (!headSent) {
            headSent = true;
            call.head(200, contentType);
            response.putHeader("Cache-Control", "no-cache").putHeader("X-Accel-Buffering", "no");
            response.setChunked(true);
            response.drainHandler(_ -> pump());
        }
        for (Buffer next = next(response); next != null; next = next(response)) {
            lastWrite = response.write(next);
        }
        if (isDone()) {
            ending = true;
            if (end == End.WHOLE) {
                call.ended(response.end());
            } else {
                lastWrite.onComplete(_ -> call.cut());
            }
        }
    }

    private Buffer next(HttpServerResponse response) {
        lock.lock();
        try {
            if (waiting.isEmpty() || response.writeQueueFull()) {
                return null;
            }
            Buffer next = waiting.removeFirst();
            waitingBytes -= next.length();
            lastMoveNanos = System.nanoTime();
            moved.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDone() {
        lock.lock();
        try {
            return end != End.OPEN && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
