package io.github.coda4j.files;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A lock between processes (and threads) on a file; the system releases it when the process dies. */
public final class FolderLock implements AutoCloseable {
    /**
     * Real paths of the files that this process has locked or is about to. POSIX locks belong to a process, which loses
     * them when it closes any descriptor of the file: a second attempt here must not open the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path held;
    private final FileChannel channel;
    private final Closing closing = new Closing();

    private FolderLock(Path held, FileChannel channel) {
        this.held = held;
        this.channel = channel;
    }

    /** Empty when somebody else holds the lock, in this process or in another. */
    public static Optional<FolderLock> tryAcquire(Path file) throws IOException {
        Path real = real(file);
        if (!HELD.add(real)) {
            return Optional.empty();
        }
        Optional<FolderLock> lock = Optional.empty();
        try {
            lock = tryAcquire(real, file);
            return lock;
        } finally {
            if (lock.isEmpty()) {
                HELD.remove(real);
            }
        }
    }

    private static Optional<FolderLock> tryAcquire(Path real, Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean isLocked = false;
        try {
            isLocked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // A second name of a file that this process has locked.
        } finally {
            if (!isLocked) {
                channel.close();
            }
        }
        return isLocked ? Optional.of(new FolderLock(real, channel)) : Optional.empty();
    }

    /** One name for the file, whether it is there already or not. */
    private static Path real(Path file) throws IOException {
        if (Files.exists(file)) {
            return file.toRealPath();
        }
        Path absolute = file.toAbsolutePath();
        return absolute.getParent().toRealPath().resolve(absolute.getFileName());
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
        IOException[] failure = new IOException[1];
        closing.once(() -> {
            try {
                channel.close();
            } catch (IOException e) {
                failure[0] = e;
            } finally {
                HELD.remove(held); // only now may another attempt open the file
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }
}
