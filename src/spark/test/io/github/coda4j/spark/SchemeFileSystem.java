package io.github.coda4j.spark;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.TaskContext;

/** Files of this machine under another scheme; the first attempt of a task at them may be made hard. */
abstract class SchemeFileSystem extends RawLocalFileSystem {
    private final String scheme;

    SchemeFileSystem(String scheme) {
        this.scheme = scheme;
    }

    /** Before the first attempt of a task opens a file. */
    abstract void first(Path path) throws IOException;

    @Override
    public URI getUri() {
        return URI.create(scheme + ":///");
    }

    @Override
    public String getScheme() {
        return scheme;
    }

    @Override
    protected void checkPath(Path path) {}

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        TaskContext task = TaskContext.get();
        if (task != null && task.attemptNumber() == 0) {
            first(path);
        }
        return super.open(path, bufferSize);
    }
}
