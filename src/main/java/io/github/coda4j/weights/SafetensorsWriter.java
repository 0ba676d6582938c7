package io.github.coda4j.weights;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileOutput;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes one safetensors file piece by piece: the tensors are declared first, then their bytes are appended, tensor by
 * tensor or interleaved, in any order. The file appears under its name only in {@link #finish}; closing without it, or
 * any failure, leaves nothing behind and an older file untouched. For one thread.
 *
 * <p>Tensors of large elements come first in the file, so that every tensor is aligned to its element size.
 */
public final class SafetensorsWriter implements AutoCloseable {
    /** What Hugging Face writes and some of its readers ask for. */
    public static final Map<String, String> PYTORCH_METADATA = Map.of("format", "pt");

    private static final int ALIGNMENT = 8;
    private static final int CHUNK = 8 << 20;

    private final Path target;
    private final Path temporary;
    private final FileOutput output;
    private final Map<String, Slot> slots;
    private boolean open = true;

    /** Where a tensor's bytes go and how many are there. */
    private static final class Slot {
        final TensorDeclaration tensor;
        final long offset;
        long written;

        Slot(TensorDeclaration tensor, long offset) {
            this.tensor = tensor;
            this.offset = offset;
        }
    }

    private SafetensorsWriter(Path target, Path temporary, FileOutput output, Map<String, Slot> slots, byte[] header)
            throws IOException {
        this.target = target;
        this.temporary = temporary;
        this.output = output;
        this.slots = slots;
        AtomicFiles.writeFully(output, ByteBuffer.wrap(header), 0);
    }

    /**
     * Starts a file.
     *
     * @param overwrite whether an older file of that name may be replaced
     * @throws CodaException when the file exists and must not be replaced, or cannot be created
     */
    public static SafetensorsWriter create(
            Path file, List<TensorDeclaration> tensors, Map<String, String> metadata, boolean overwrite) {
        return create(file, tensors, metadata, overwrite, FileOutput::create);
    }

    static SafetensorsWriter create(
            Path path,
            List<TensorDeclaration> tensors,
            Map<String, String> metadata,
            boolean overwrite,
            FileOutput.Factory factory) {
        Path file = AtomicFiles.linked(path);
        if (AtomicFiles.isSpecial(file)) {
            throw CodaException.of("%s is a pipe or a device; safetensors are written to a file", file);
        }
        if (Files.exists(file) && !overwrite) {
            throw CodaException.of("%s exists already; remove it or ask for it to be overwritten", file);
        }
        List<TensorDeclaration> order = new ArrayList<>(tensors);
        order.sort(Comparator.comparingInt(tensor -> -tensor.dtype().bytes()));
        byte[] header = header(order, metadata);
        Map<String, Slot> slots = new LinkedHashMap<>();
        long offset = header.length;
        for (TensorDeclaration tensor : order) {
            slots.put(tensor.name(), new Slot(tensor, offset));
            offset = Math.addExact(offset, tensor.bytes());
        }
        Path temporary = AtomicFiles.temporaryFor(file);
        FileOutput output = null;
        try {
            output = factory.create(temporary);
            return new SafetensorsWriter(file, temporary, output, slots, header);
        } catch (IOException e) {
            CodaException problem = FileProblems.cannot("write", file, e);
            closeQuietly(output, problem);
            throw AtomicFiles.withoutLeftover(temporary, problem);
        }
    }

    private static byte[] header(List<TensorDeclaration> order, Map<String, String> metadata) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode values = json.putObject(SafetensorsHeader.METADATA);
            metadata.forEach(values::put);
        }
        long offset = 0;
        for (TensorDeclaration tensor : order) {
            check(!json.has(tensor.name()), "tensor %s is declared twice", tensor.name());
            ObjectNode entry = json.putObject(tensor.name());
            entry.put("dtype", tensor.dtype().safetensorsName());
            for (long size : tensor.shape()) {
                entry.withArray("shape").add(size);
            }
            entry.withArray("shape");
            entry.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
            offset = Math.addExact(offset, tensor.bytes());
        }
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header =
                ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    /**
     * Appends bytes to a declared tensor: little-endian elements, row-major.
     *
     * @throws CodaException when they cannot be written, for example on a full disk; nothing is left behind then
     */
    public synchronized void append(String tensor, MemorySegment bytes) {
        checkOpen();
        Slot slot = slots.get(tensor);
        check(slot != null, "tensor %s was not declared for %s", tensor, target);
        check(
                bytes.byteSize() <= slot.tensor.bytes() - slot.written,
                "tensor %s takes %d bytes, %d are there and %d come",
                slot.tensor,
                slot.tensor.bytes(),
                slot.written,
                bytes.byteSize());
        try {
            write(bytes, slot.offset + slot.written);
        } catch (IOException e) {
            throw abandon(FileProblems.cannot("write tensor " + tensor + " of", target, e));
        }
        slot.written += bytes.byteSize();
    }

    private void write(MemorySegment bytes, long position) throws IOException {
        if (bytes.isNative()) {
            for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
                long count = Math.min(CHUNK, bytes.byteSize() - done);
                AtomicFiles.writeFully(output, bytes.asSlice(done, count).asByteBuffer(), position + done);
            }
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scratch = arena.allocate(Math.clamp(bytes.byteSize(), 1, CHUNK));
            for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
                long count = Math.min(CHUNK, bytes.byteSize() - done);
                MemorySegment.copy(bytes, done, scratch, 0, count);
                AtomicFiles.writeFully(output, scratch.asSlice(0, count).asByteBuffer(), position + done);
            }
        }
    }

    /**
     * Brings the file to the disk and gives it its name.
     *
     * @throws IllegalStateException when bytes of a declared tensor are missing
     * @throws CodaException when the disk refuses; nothing is left behind then
     */
    public synchronized void finish() {
        checkOpen();
        for (Slot slot : slots.values()) {
            if (slot.written != slot.tensor.bytes()) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "tensor %s of %s has %d of its %d bytes",
                        slot.tensor,
                        target,
                        slot.written,
                        slot.tensor.bytes()));
            }
        }
        try {
            output.force();
            output.close();
            AtomicFiles.replace(temporary, target);
            open = false;
        } catch (IOException e) {
            throw abandon(FileProblems.cannot("write", target, e));
        }
    }

    /** Discards what was written unless {@link #finish} was called. */
    @Override
    public synchronized void close() {
        if (open) {
            CodaException problem = abandon(new CodaException("cannot discard the unfinished " + target));
            if (problem.getSuppressed().length > 0) {
                throw problem;
            }
        }
    }

    private CodaException abandon(CodaException problem) {
        open = false;
        closeQuietly(output, problem);
        return AtomicFiles.withoutLeftover(temporary, problem);
    }

    private static void closeQuietly(FileOutput output, CodaException problem) {
        try {
            if (output != null) {
                output.close();
            }
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException(target + " is finished or was given up");
        }
    }
}
