package io.github.coda4j.spark;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** Counts tasks that are started a second time because the first is slow; named in {@code spark.extraListeners}. */
public final class CopiesSeen extends SparkListener {
    static final AtomicInteger COPIES = new AtomicInteger();

    /** Made by Spark. */
    public CopiesSeen() {}

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
        if (start.taskInfo().speculative()) {
            COPIES.incrementAndGet();
        }
    }
}
