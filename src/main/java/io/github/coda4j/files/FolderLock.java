package io.github.coda4j.files;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A lock between processes (and threads) on a file; the system releases it when the process dies. */
public final class FolderLock implements AutoCloseable {
    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Empty when somebody else holds the lock. */
    public static Optional<FolderLock> tryAcquire(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new FolderLock(channel));
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /**
     * Takes the lock.
     *
     * @param what the lock is for, for messages: {@code "trains in runs/a"}
     * @throws CodaException when somebody else holds it, or the file cannot be written
     */
    public static FolderLock acquire(Path file, String what) {
        try {
            return tryAcquire(file)
                    .orElseThrow(() -> CodaException.of("another process %s; wait for it to end or end it", what));
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
