package io.github.coda4j.weights.hub;

import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that grows at its end over several downloads. Failures of the disk are
 * {@link io.github.coda4j.CodaException}s, so that nobody takes them for failures of the network, which pass.
 */
final class PartFile {
    private static final int BUFFER = 1 << 18;

    private final Path path;
    private final FileOutput.Factory factory;

    PartFile(Path path, FileOutput.Factory factory) {
        this.path = path;
        this.factory = factory;
    }

    /** 0 when there is no file. */
    long bytes() {
        try {
            return Files.exists(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            throw FileProblems.cannot("read", path, e);
        }
    }

    void discard() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw FileProblems.cannot("delete", path, e);
        }
    }

    /** Opens the file, an empty one when there is none, to append at its end. */
    Appender append() {
        try {
            return new Appender(factory.create(path), bytes());
        } catch (IOException e) {
            throw FileProblems.cannot("write", path, e);
        }
    }

    /** Lower-case hexadecimal SHA-256 of what is on the disk. */
    String sha256() {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw FileProblems.cannot("read", path, e);
        }
    }

    void moveTo(Path target) {
        try {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw FileProblems.cannot("write", target, e);
        }
    }

    final class Appender implements AutoCloseable {
        private final FileOutput output;
        private long end;

        private Appender(FileOutput output, long end) {
            this.output = output;
            this.end = end;
        }

        void write(byte[] bytes, int count) {
            try {
                AtomicFiles.writeFully(output, ByteBuffer.wrap(bytes, 0, count), end);
                end += count;
            } catch (IOException e) {
                throw FileProblems.cannot("write", path, e);
            }
        }

        void force() {
            try {
                output.force();
            } catch (IOException e) {
                throw FileProblems.cannot("write", path, e);
            }
        }

        @Override
        public void close() {
            try {
                output.close();
            } catch (IOException e) {
                throw FileProblems.cannot("write", path, e);
            }
        }
    }
}
