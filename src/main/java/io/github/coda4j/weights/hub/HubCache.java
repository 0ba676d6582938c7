package io.github.coda4j.weights.hub;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.FolderLock;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The local folder of one hub model: {@code models/OWNER--NAME/COMMIT} holds a complete, checked model;
 * {@code .COMMIT.partial} beside it what is being fetched; {@code .refs/REVISION} the commit that a revision had when
 * it was pulled; {@code .lock} is held by the pull.
 */
final class HubCache {
    private static final long POLL_MILLIS = 100;

    private final Path folder;
    private final String id;

    HubCache(Path cache, String id) {
        this.folder = cache.resolve("models").resolve(id.replace("/", "--"));
        this.id = id;
    }

    Path complete(String commit) {
        return folder.resolve(commit);
    }

    /** Waits while another pull of this model holds the lock. */
    FolderLock lock(PullListener listener) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        boolean told = false;
        while (true) {
            Optional<FolderLock> lock = FolderLock.tryAcquire(folder.resolve(".lock"));
            if (lock.isPresent()) {
                return lock.get();
            }
            if (!told) {
                listener.waitingForOtherPull(id);
                told = true;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Whether every file is there with its size. */
    boolean isComplete(HubModel model) {
        Path complete = complete(model.commit());
        return model.files().stream().allMatch(file -> hasSize(complete.resolve(file.name()), file.bytes()));
    }

    static boolean hasSize(Path file, long bytes) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == bytes;
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
    }

    /** The folder to fetch into; a complete one that lost files becomes it again. */
    Path startPartial(String commit) throws IOException {
        Path partial = folder.resolve("." + commit + ".partial");
        if (Files.exists(complete(commit))) {
            AtomicFiles.deleteRecursively(partial);
            Files.move(complete(commit), partial, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.createDirectories(partial);
    }

    void publish(Path partial, String commit) throws IOException {
        AtomicFiles.forceFolder(partial);
        AtomicFiles.replace(partial, complete(commit));
    }

    void remember(String revision, String commit) throws IOException {
        Path refs = Files.createDirectories(folder.resolve(".refs"));
        AtomicFiles.writeText(refs.resolve(refName(revision)), commit + "\n");
    }

    /** The complete folder that the revision had when it was last pulled. */
    Optional<Path> find(String revision) {
        Path ref = folder.resolve(".refs").resolve(refName(revision));
        String commit = Files.exists(ref) ? TextFiles.read(ref).strip() : revision;
        Path complete = folder.resolve(refName(commit));
        return Files.exists(complete.resolve(CheckpointFolder.CONFIG)) ? Optional.of(complete) : Optional.empty();
    }

    void checkRoom(long bytes) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (bytes > usable) {
            throw CodaException.of(
                    "%s needs %d more bytes but only %d are free at %s; free some space or use another cache folder",
                    id, bytes, usable, folder);
        }
    }

    private static String refName(String revision) {
        return revision.replace("/", "--");
    }
}
