package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A safetensors file opened for reading: 8 bytes little-endian header length, a JSON header, the tensors' bytes without
 * holes. The header is checked completely on opening. Usable from several threads; {@link #close} unmaps, after which
 * segments of {@link #data} throw. Interrupting a thread inside {@link #read} closes the file for all threads.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final long CHUNK = 8L << 20;

    private final Path path;
    private final FileChannel channel;
    private final Arena arena;
    private final MemorySegment mapping;
    private final SequencedMap<String, TensorEntry> entries;
    private final Map<String, String> metadata;
    private final Closing closing = new Closing();

    private SafetensorsFile(Path path, FileChannel channel, Arena arena) throws IOException {
        this.path = path;
        this.channel = channel;
        this.arena = arena;
        SafetensorsHeader header = SafetensorsHeader.read(path, channel);
        this.mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        this.entries = header.entries();
        this.metadata = header.metadata();
    }

    /**
     * Opens and checks a file.
     *
     * @throws CodaException naming the file, the tensor, and the found and expected values: no such file, truncated,
     *     header length beyond the file, bad JSON, a name twice, offsets that overlap or leave a hole, a size that is
     *     not shape times dtype, a negative or overflowing shape, an unknown dtype
     */
    public static SafetensorsFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw CodaException.of("%s is a folder, expected a safetensors file", path);
        }
        Arena arena = Arena.ofShared();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            return new SafetensorsFile(path, channel, arena);
        } catch (IOException e) {
            release(arena, channel);
            throw FileProblems.cannot("read", path, e);
        } catch (RuntimeException e) {
            release(arena, channel);
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /** All tensors by name, in the order of their bytes in the file; unmodifiable. */
    public SequencedMap<String, TensorEntry> entries() {
        return entries;
    }

    /** The header's {@code __metadata__}; empty when there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * The entry of that name.
     *
     * @throws CodaException when the file has no such tensor
     */
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw CodaException.of("%s holds no tensor %s", path, name);
        }
        return entry;
    }

    /**
     * The tensor's bytes in the mapped file, read-only, valid until {@link #close}, not aligned to the element size by
     * rule. Pages that are touched count as resident memory of this process: use {@link #read} for weights that are
     * only copied once.
     */
    public MemorySegment data(TensorEntry entry) {
        return mapping.asSlice(mine(entry).offset(), entry.bytes());
    }

    /**
     * Reads the tensor's bytes into the target's start without touching the mapping.
     *
     * @param target at least {@code entry.bytes()} bytes long
     */
    public void read(TensorEntry entry, MemorySegment target) {
        check(
                target.byteSize() >= entry.bytes(),
                "%s takes %d bytes, the target has %d",
                entry.name(),
                entry.bytes(),
                target.byteSize());
        read(entry, 0, target.asSlice(0, entry.bytes()));
    }

    /**
     * Fills the target with the tensor's bytes from {@code from} on, so that a large tensor can be streamed piece by
     * piece.
     *
     * @param from byte offset inside the tensor; {@code from + target.byteSize() <= entry.bytes()}
     */
    public void read(TensorEntry entry, long from, MemorySegment target) {
        check(
                from >= 0 && from <= mine(entry).bytes() - target.byteSize(),
                "%s has %d bytes, asked for %d from %d",
                entry.name(),
                entry.bytes(),
                target.byteSize(),
                from);
        try {
            if (target.isNative()) {
                readNative(entry, entry.offset() + from, target);
            } else {
                readThroughScratch(entry, entry.offset() + from, target);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("read tensor " + entry.name() + " of", path, e);
        }
    }

    private void readThroughScratch(TensorEntry entry, long offset, MemorySegment target) throws IOException {
        try (Arena scratchArena = Arena.ofConfined()) {
            MemorySegment scratch = scratchArena.allocate(Math.max(1, Math.min(CHUNK, target.byteSize())));
            for (long done = 0; done < target.byteSize(); done += CHUNK) {
                long count = Math.min(CHUNK, target.byteSize() - done);
                readNative(entry, offset + done, scratch.asSlice(0, count));
                MemorySegment.copy(scratch, 0, target, done, count);
            }
        }
    }

    private void readNative(TensorEntry entry, long offset, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize(); ) {
            ByteBuffer piece = target.asSlice(done, Math.min(CHUNK, target.byteSize() - done))
                    .asByteBuffer();
            int count = channel.read(piece, offset + done);
            if (count < 0) {
                throw CodaException.of(
                        "%s: tensor %s ends at byte %d but the file now ends at %d; it was cut while in use",
                        path, entry.name(), entry.offset() + entry.bytes(), channel.size());
            }
            done += count;
        }
    }

    private TensorEntry mine(TensorEntry entry) {
        check(entry.file().equals(path), "tensor %s is of %s, not of %s", entry.name(), entry.file(), path);
        return entry;
    }

    @Override
    public void close() {
        closing.once(() -> release(arena, channel));
    }

    private static void release(Arena arena, FileChannel channel) {
        arena.close();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new CodaException("cannot close a safetensors file: " + e.getMessage(), e);
            }
        }
    }
}
