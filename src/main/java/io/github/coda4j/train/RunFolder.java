package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FolderLock;
import io.github.coda4j.files.TextFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The folder of a run: {@code config.yaml} (the effective config), {@code tokenizer/}, {@code metrics.jsonl},
 * {@code tensorboard/}, {@code checkpoints/}, {@code report.html}, and at the end {@code model/}. One run at a time
 * trains in it.
 */
public final class RunFolder implements AutoCloseable {
    private final Path folder;
    private final Checkpoints checkpoints;
    private final Optional<FolderLock> lock;

    private RunFolder(Path folder, Checkpoints checkpoints, Optional<FolderLock> lock) {
        this.folder = folder;
        this.checkpoints = checkpoints;
        this.lock = lock;
    }

    /**
     * Opens or makes the folder. Rank 0 locks it and removes what killed processes left; the others only read and must
     * come after it.
     *
     * @param keepLast how many of the newest checkpoints are kept besides the best
     * @throws CodaException when it cannot be written or another process trains in it
     */
    public static RunFolder open(Path folder, int keepLast, int rank) {
        Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), keepLast);
        if (rank > 0) {
            return new RunFolder(folder, checkpoints, Optional.empty());
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CodaException(
                    "cannot write " + folder + ": " + e.getMessage() + "; choose another folder with --out", e);
        }
        FolderLock lock = FolderLock.acquire(folder.resolve(".lock"), "trains in " + folder);
        try {
            checkpoints.removeLeftovers();
            return new RunFolder(folder, checkpoints, Optional.of(lock));
        } catch (RuntimeException e) {
            release(lock, folder);
            throw e;
        }
    }

    /** What a run does about checkpoints that are in its folder. */
    public enum Resume {
        /** A folder with checkpoints is refused. */
        NO,
        /** It goes on from the newest one if its config is the same. */
        SAME_CONFIG,
        /** It goes on with whatever config it has now. */
        ANY_CONFIG
    }

    /**
     * Where a run goes on from; empty when it begins.
     *
     * @throws CodaException when there are checkpoints and resuming was not asked for, or the config differs and that
     *     was not accepted; the message lists what differs
     */
    public Optional<Path> resumeFrom(Resume resume, TrainConfig config) {
        Optional<Path> newest = checkpoints.newest();
        if (newest.isEmpty()) {
            return newest;
        }
        if (resume == Resume.NO) {
            throw CodaException.of(
                    "%s holds a run at %s; add --resume to go on with it, or choose another folder with --out",
                    folder, newest.get().getFileName());
        }
        Path saved = newest.get().resolve(Checkpoints.CONFIG);
        List<String> differences = config.differencesFrom(savedConfig(newest.get(), saved));
        if (resume == Resume.SAME_CONFIG && !differences.isEmpty()) {
            throw CodaException.of(
                    "the config is not that of the run in %s: %s; undo that, or add "
                            + "--accept-config-changes to go on with it",
                    folder, String.join("; ", differences));
        }
        return newest;
    }

    private static String savedConfig(Path checkpoint, Path saved) {
        try {
            return TextFiles.read(saved);
        } catch (CodaException e) {
            throw new CodaException(
                    "the checkpoint " + checkpoint + " is damaged: " + e.getMessage()
                            + "; remove the checkpoint to go on from the one before",
                    e);
        }
    }

    /** Where the run stands: as the checkpoint says, or at the beginning. */
    public static RunState state(Optional<Path> checkpoint, TrainConfig config, int worldSize) {
        String hash = hash(config.yaml());
        return checkpoint
                .map(path -> RunState.read(path).with(worldSize, hash))
                .orElseGet(() -> RunState.start(config.seed(), worldSize, hash));
    }

    private static String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Writes the effective config down. */
    public void saveConfig(TrainConfig config) {
        AtomicFiles.writeText(folder.resolve("config.yaml"), config.yaml());
    }

    public Path path() {
        return folder;
    }

    public Checkpoints checkpoints() {
        return checkpoints;
    }

    public Path metrics() {
        return folder.resolve("metrics.jsonl");
    }

    public Path tensorBoard() {
        return folder.resolve("tensorboard");
    }

    public Path report() {
        return folder.resolve("report.html");
    }

    /** The finished model. */
    public Path model() {
        return folder.resolve("model");
    }

    /** The run's copy of its tokenizer. */
    public Path tokenizer() {
        return folder.resolve("tokenizer");
    }

    @Override
    public void close() {
        lock.ifPresent(held -> release(held, folder));
    }

    private static void release(FolderLock lock, Path folder) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new CodaException("cannot unlock " + folder + ": " + e.getMessage(), e);
        }
    }
}
