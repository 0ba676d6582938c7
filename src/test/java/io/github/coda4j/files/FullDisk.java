package io.github.coda4j.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk on which only so many bytes fit. */
public final class FullDisk implements FileOutput.Factory {
    private final FileOutput.Factory disk;
    private long room;

    public FullDisk(long room) {
        this(room, FileOutput::create);
    }

    public FullDisk(long room, FileOutput.Factory disk) {
        this.room = room;
        this.disk = disk;
    }

    @Override
    public FileOutput create(Path path) throws IOException {
        FileOutput real = disk.create(path);
        return new FileOutput() {
            @Override
            public int write(ByteBuffer bytes, long position) throws IOException {
                if (room == 0) {
                    throw new IOException("No space left on device");
                }
                int fits = (int) Math.min(room, bytes.remaining());
                int limit = bytes.limit();
                int written = real.write(bytes.limit(bytes.position() + fits), position);
                bytes.limit(limit);
                room -= written;
                return written;
            }

            @Override
            public void force() throws IOException {
                real.force();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }
}
