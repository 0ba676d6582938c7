package io.github.coda4j.spark;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what Spark tells of its tasks, on a thread of its. */
final class Watch extends SparkListener {
    private static final long MOST_MILLIS = 5000;

    private final AtomicLong tasks = new AtomicLong();
    private final AtomicLong shuffled = new AtomicLong();
    private boolean ended;

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful()) {
            tasks.incrementAndGet();
        }
        if (end.taskMetrics() != null) {
            shuffled.addAndGet(end.taskMetrics().shuffleWriteMetrics().bytesWritten());
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
        ended = true;
        notifyAll();
    }

    /** A job begins. */
    synchronized void begin() {
        ended = false;
        tasks.set(0);
    }

    /** Waits until everything of the job was told, but not for long. */
    synchronized void awaitEnd() throws InterruptedException {
        long until = System.nanoTime() + MOST_MILLIS * 1_000_000;
        while (!ended && System.nanoTime() < until) {
            wait(10);
        }
    }

    long tasks() {
        return tasks.get();
    }

    long shuffled() {
        return shuffled.get();
    }
}
