package io.github.coda4j;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets something be closed once, by whoever comes first and however often it is asked for. A close that comes while the
 * first one is freeing waits until it is done; later ones, and one from inside the freeing, return at once.
 */
public final class Closing {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean begun;

    /** Runs the work unless a close ran it before. When it fails, it has been run all the same. */
    public void once(Runnable work) {
        lock.lock();
        try {
            if (!begun) {
                begun = true;
                work.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the first close has begun. */
    public boolean isClosed() {
        return begun;
    }

    /**
     * Refuses what needs something open.
     *
     * @param what for the message: {@code "the model"}
     * @throws IllegalStateException once a close has begun
     */
    public void checkOpen(String what) {
        if (begun) {
            throw new IllegalStateException(what + " is closed");
        }
    }

    /** Closes all, in order, also when some of them fail; throws the first failure, which remembers the others. */
    public static void all(List<? extends AutoCloseable> parts) {
        Throwable first = null;
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        switch (first) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new CodaException("cannot close: " + first.getMessage(), first);
        }
    }

    /** Closes all, in order, also when some of them fail; throws the first failure, which remembers the others. */
    public static void all(AutoCloseable... parts) {
        all(List.of(parts));
    }

    /** Waits until a thread has ended. An interrupt does not cut the wait short: the thread stays interrupted. */
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
