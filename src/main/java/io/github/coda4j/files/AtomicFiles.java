package io.github.coda4j.files;

import io.github.coda4j.CodaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.UUID;

/**
 * Files that appear whole or not at all: written beside the target, brought to the disk, renamed. After a failure the
 * temporary file is gone and an older file of the target's name is as it was; after a success the new one has its
 * permissions. A link stays a link to the file, and what is no regular file (a pipe, a terminal, another device) is
 * written to as it stands.
 */
public final class AtomicFiles {
    private static final String REMOVED = ".removed";
    private static final int MOST_LINKS = 40;

    private AtomicFiles() {}

    /**
     * Writes text as UTF-8, replacing an older file.
     *
     * @throws CodaException when it cannot be written, for example on a full disk
     */
    public static void writeText(Path target, String text) {
        write(target, text.getBytes(StandardCharsets.UTF_8), FileOutput::create);
    }

    /** Writes bytes, replacing an older file; see {@link #writeText}. */
    public static void write(Path target, byte[] bytes) {
        write(target, bytes, FileOutput::create);
    }

    /**
     * Removes a folder: its name is gone at once, so that nobody sees half of it. What a killed process leaves is
     * hidden, {@code .NAME.removed}.
     *
     * @throws CodaException when it cannot be removed
     */
    public static void removeFolder(Path folder) {
        Path target = folder.toAbsolutePath();
        Path hidden = target.resolveSibling("." + target.getFileName() + REMOVED);
        try {
            deleteRecursively(hidden);
            Files.move(target, hidden, StandardCopyOption.ATOMIC_MOVE);
            deleteRecursively(hidden);
        } catch (IOException e) {
            throw FileProblems.cannot("remove", folder, e);
        }
    }

    /** Deletes a hidden file or folder that a killed process left: an unfinished, replaced or removed one. */
    public static void deleteLeftover(Path leftover) {
        try {
            deleteRecursively(leftover);
        } catch (IOException e) {
            throw FileProblems.cannot("remove", leftover, e);
        }
    }

    public static void write(Path path, byte[] bytes, FileOutput.Factory factory) {
        if (isSpecial(path)) {
            stream(path, bytes);
            return;
        }
        Path target = linked(path);
        Path temporary = temporaryFor(target);
        try {
            try (FileOutput output = factory.create(temporary)) {
                writeFully(output, ByteBuffer.wrap(bytes), 0);
                output.force();
            }
            replace(temporary, target);
        } catch (IOException e) {
            throw withoutLeftover(temporary, FileProblems.cannot("write", target, e));
        }
    }

    /**
     * Whether there is something that is neither a regular file nor a folder: a rename would put a file in its place.
     */
    public static boolean isSpecial(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private static void stream(Path device, byte[] bytes) {
        try (OutputStream out = Files.newOutputStream(device, StandardOpenOption.WRITE)) {
            out.write(bytes);
        } catch (IOException e) {
            throw FileProblems.cannot("write", device, e);
        }
    }

    /** The file that a link leads to, also where it is yet to be made. */
    public static Path linked(Path path) {
        try {
            Path file = path;
            for (int links = 0; Files.isSymbolicLink(file); links++) {
                if (links == MOST_LINKS) {
                    throw CodaException.of("cannot follow %s: its links go round in circles", path);
                }
                file = file.resolveSibling(Files.readSymbolicLink(file));
            }
            return file;
        } catch (IOException e) {
            throw FileProblems.cannot("follow", path, e);
        }
    }

    public static Path temporaryFor(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    public static void writeFully(FileOutput output, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += output.write(bytes, at);
        }
    }

    /**
     * Renames over the target and brings the rename to the disk. A file keeps the permissions of the one it replaces.
     */
    public static void replace(Path source, Path target) throws IOException {
        keepPermissions(target, source);
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(target.toAbsolutePath().getParent());
    }

    private static void keepPermissions(Path older, Path newer) throws IOException {
        if (!Files.isRegularFile(older) || !isPosix()) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(older);
        if (!permissions.equals(Files.getPosixFilePermissions(newer))) {
            Files.setPosixFilePermissions(newer, permissions);
        }
    }

    /** Brings a folder's names to the disk where the system can (Windows cannot open folders). */
    public static void forceFolder(Path folder) throws IOException {
        if (isPosix()) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** Deletes the leftover and returns the problem, which remembers a failure of the deletion. */
    public static <E extends Exception> E withoutLeftover(Path leftover, E problem) {
        try {
            deleteRecursively(leftover);
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
        return problem;
    }

    /** Deletes a file or folder if it is there; links are deleted, not followed. */
    public static void deleteRecursively(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException problem) throws IOException {
                if (problem != null) {
                    throw problem;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
