package io.github.coda4j.cli;

import io.github.coda4j.Closing;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps the heap of a process that runs for weeks near what is in use (docs/adr/0043). The JVM's serial collector, the
 * smallest there is, looks at objects that have become old when the heap has its largest size, a quarter of the
 * machine's memory, and not before. This has it look whenever twice as much is in use as was after it looked last.
 */
public final class HeapKeeper implements AutoCloseable {
    /** In bytes: below this nothing is collected. */
    static final long LEAST = 64L << 20;

    private static final long SECONDS = 5;

    private final LongSupplier used;
    private final Runnable collection;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Closing closing = new Closing();
    /** The most bytes that may be in use. */
    private long limit = LEAST;

    /**
     * Somebody who has not looked yet.
     *
     * @param used bytes of the heap that are in use, garbage included
     * @param collection frees what is garbage
     */
    HeapKeeper(LongSupplier used, Runnable collection) {
        this.used = used;
        this.collection = collection;
    }

    /** Looks after this process until it is closed. */
    public static HeapKeeper start() {
        Runtime runtime = Runtime.getRuntime();
        HeapKeeper keeper = new HeapKeeper(() -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
        Thread.ofPlatform().daemon().name("coda-heap").start(keeper::run);
        return keeper;
    }

    private void run() {
        try {
            while (!end.await(SECONDS, TimeUnit.SECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Collects if too much is in use. */
    void look() {
        if (used.getAsLong() > limit) {
            collection.run();
            limit = Math.max(LEAST, 2 * used.getAsLong());
        }
    }

    @Override
    public void close() {
        closing.once(end::countDown);
    }
}
