package io.github.coda4j.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.TaskContext;

/** Files of this machine as {@code flaky:///...}; the first attempt of a task fails at some of them. */
public final class FlakyFileSystem extends RawLocalFileSystem {
    /** How often something failed. */
    static final AtomicInteger FAILURES = new AtomicInteger();

    @Override
    public URI getUri() {
        return URI.create("flaky:///");
    }

    @Override
    public String getScheme() {
        return "flaky";
    }

    @Override
    protected void checkPath(Path path) {}

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        TaskContext task = TaskContext.get();
        if (task != null && task.attemptNumber() == 0 && path.getName().hashCode() % 3 == 0) {
            FAILURES.incrementAndGet();
            throw new IllegalStateException("fails once");
        }
        return super.open(path, bufferSize);
    }
}
