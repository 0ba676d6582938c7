package io.github.coda4j.files;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A folder that appears whole or not at all. It is filled under the hidden name {@code .NAME.partial} beside the target
 * and gets its name in {@link #publish}. Closing without it removes what was written; what a killed process left there
 * is never read and is removed by the next one that makes the same target. A lock keeps two processes apart. For one
 * thread, but any may close it.
 */
public final class WholeFolder implements AutoCloseable {
    private static final String LOCK = ".lock";

    private final Path target;
    private final Path partial;
    private final FolderLock lock;
    private boolean open = true;

    private WholeFolder(Path target, Path partial, FolderLock lock) {
        this.target = target;
        this.partial = partial;
        this.lock = lock;
    }

    /**
     * Starts a folder.
     *
     * @param kind what the folder is, for messages: "a model"
     * @param belongs whether a file of this name is part of such a folder; a folder that holds anything else is never
     *     replaced
     * @param overwrite whether an older folder of the kind may be replaced
     * @throws CodaException when the folder is not empty and must not be replaced, another process is making it, or it
     *     cannot be written
     */
    public static WholeFolder create(Path folder, String kind, Predicate<String> belongs, boolean overwrite) {
        Path target = folder.toAbsolutePath().normalize();
        check(target.getFileName() != null, "%s cannot be the folder of %s", folder, kind);
        try {
            checkReplaceable(target, kind, belongs, overwrite);
            Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
            Files.createDirectories(partial);
            FolderLock lock = FolderLock.tryAcquire(partial.resolve(LOCK))
                    .orElseThrow(() -> CodaException.of("another process is writing %s; wait for it to end", target));
            try {
                clear(partial);
                return new WholeFolder(target, partial, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw FileProblems.cannot("write", target, e);
        }
    }

    private static void checkReplaceable(Path target, String kind, Predicate<String> belongs, boolean overwrite)
            throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw CodaException.of("%s is a file, expected a new or empty folder", target);
        }
        List<Path> children = children(target);
        if (children.isEmpty()) {
            return;
        }
        if (!overwrite) {
            throw CodaException.of(
                    "%s exists and is not empty; choose another folder, or overwrite what is there (--overwrite)",
                    target);
        }
        for (Path child : children) {
            String name = child.getFileName().toString();
            if (!Files.isRegularFile(child) || !(belongs.test(name) || name.equals(LOCK))) {
                throw CodaException.of(
                        "%s is not overwritten because %s in it is not part of %s; remove it yourself or "
                                + "choose another folder",
                        target, name, kind);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        }
    }

    private static void clear(Path partial) throws IOException {
        for (Path child : children(partial)) {
            if (!child.getFileName().toString().equals(LOCK)) {
                AtomicFiles.deleteRecursively(child);
            }
        }
    }

    /** The folder as it will be called. */
    public Path target() {
        return target;
    }

    /** Where a file of the folder is written until the folder is published. */
    public synchronized Path file(String name) {
        checkOpen();
        return partial.resolve(name);
    }

    /**
     * Gives the folder its name, in place of an older one. The files in it must have been brought to the disk.
     *
     * @throws CodaException when that fails; an older folder is then as it was
     */
    public synchronized void publish() {
        checkOpen();
        try {
            AtomicFiles.forceFolder(partial);
            lock.close();
            Files.deleteIfExists(partial.resolve(LOCK));
            moveIntoPlace();
        } catch (IOException e) {
            throw FileProblems.cannot("write", target, e);
        }
        open = false;
    }

    private void moveIntoPlace() throws IOException {
        Path old = target.resolveSibling("." + target.getFileName() + ".old");
        AtomicFiles.deleteRecursively(old);
        boolean replaces = Files.exists(target);
        if (replaces) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaces) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        AtomicFiles.forceFolder(target.getParent());
        AtomicFiles.deleteRecursively(old);
    }

    /** Removes what was written unless {@link #publish} was called. */
    @Override
    public synchronized void close() {
        if (open) {
            CodaException problem = abandon(new CodaException("cannot discard the unfinished " + partial));
            if (problem.getSuppressed().length > 0) {
                throw problem;
            }
        }
    }

    /** Removes what was written and returns the problem, which remembers a failure of the removal. */
    public synchronized CodaException abandon(CodaException problem) {
        open = false;
        try {
            lock.close();
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
        return AtomicFiles.withoutLeftover(partial, problem);
    }

    public synchronized boolean isOpen() {
        return open;
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException(target + " is finished or was given up");
        }
    }
}
