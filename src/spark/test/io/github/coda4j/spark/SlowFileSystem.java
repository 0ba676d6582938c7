package io.github.coda4j.spark;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;

/**
 * Files of this machine as {@code slow:///...}; the first attempt at one of them waits until it is interrupted, and
 * then says what clients of file systems say: that the file cannot be read.
 */
public final class SlowFileSystem extends SchemeFileSystem {
    private static final long MOST_MILLIS = 300_000;

    /** Made by Hadoop. */
    public SlowFileSystem() {
        super("slow");
    }

    @Override
    void first(Path path) throws IOException {
        if (path.getName().equals("f30.java") && !TaskContext.get().isInterrupted()) {
            try {
                Thread.sleep(MOST_MILLIS);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted");
            }
        }
    }
}
