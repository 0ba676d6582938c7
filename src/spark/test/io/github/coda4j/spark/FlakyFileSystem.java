package io.github.coda4j.spark;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;

/** Files of this machine as {@code flaky:///...}; the first attempt of a task fails at some of them. */
public final class FlakyFileSystem extends SchemeFileSystem {
    /** How often something failed. */
    static final AtomicInteger FAILURES = new AtomicInteger();

    /** Made by Hadoop. */
    public FlakyFileSystem() {
        super("flaky");
    }

    @Override
    void first(Path path) {
        if (path.getName().hashCode() % 3 == 0) {
            FAILURES.incrementAndGet();
            throw new IllegalStateException("fails once");
        }
    }
}
