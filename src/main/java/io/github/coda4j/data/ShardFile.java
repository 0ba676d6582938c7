package io.github.coda4j.data;

import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Appends little-endian numbers to one new file and hashes them on the way. For one thread. */
final class ShardFile implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest = Hashes.sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

    ShardFile(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
    }

    void put8(int value) {
        room(1).put((byte) value);
    }

    void put16(int value) {
        room(Short.BYTES).putShort((short) value);
    }

    void put32(int value) {
        room(Integer.BYTES).putInt(value);
    }

    void put64(long value) {
        room(Long.BYTES).putLong(value);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() {
        buffer.flip();
        digest.update(buffer.duplicate());
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
        buffer.clear();
    }

    String name() {
        return file.getFileName().toString();
    }

    /** Brings everything to the disk and returns the SHA-256 of the file in hexadecimal. */
    String finish() {
        flush();
        try (channel) {
            channel.force(true);
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileProblems.cannot("close", file, e);
        }
    }
}
