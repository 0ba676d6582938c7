package io.github.coda4j.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is written at any position; a seam so that tests can have a full disk. */
public interface FileOutput extends AutoCloseable {
    /** Writes at least one of the buffer's remaining bytes. */
    int write(ByteBuffer bytes, long position) throws IOException;

    /** Returns when everything is on the disk. */
    void force() throws IOException;

    @Override
    void close() throws IOException;

    /** Opens a path for writing. */
    @FunctionalInterface
    interface Factory {
        FileOutput create(Path path) throws IOException;
    }

    /** A file that must not exist yet. */
    static FileOutput create(Path path) throws IOException {
        return of(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** A file that keeps what it holds, or a new one. */
    static FileOutput reopen(Path path) throws IOException {
        return of(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    private static FileOutput of(FileChannel channel) {
        return new FileOutput() {
            @Override
            public int write(ByteBuffer bytes, long position) throws IOException {
                return channel.write(bytes, position);
            }

            @Override
            public void force() throws IOException {
                channel.force(true);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
