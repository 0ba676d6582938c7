package io.github.coda4j.spark;

import io.github.coda4j.data.ExaminedDocument;
import io.github.coda4j.data.SignatureBands;
import io.github.coda4j.files.FileProblems;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** The documents of a part that may be kept, without their texts: some 500 bytes each in a file. */
final class ExaminedFile {
    private static final byte[] NOTHING = {};

    /**
     * One document.
     *
     * @param index in its part
     * @param hash of its text
     * @param bands {@link SignatureBands#keys}; empty when it is like no other
     * @param folded {@link SignatureBands#folded}, 2 bytes for each value
     */
    record Candidate(int index, long size, long hash, String name, String why, long[] bands, byte[] folded) {
        static Candidate unsigned(int index, long size, long hash, String name, String why) {
            return new Candidate(index, size, hash, name, why, new long[0], NOTHING);
        }

        static Candidate of(int index, ExaminedDocument document) {
            int[] signature = document.signature();
            Candidate plain = unsigned(index, document.size(), document.hash(), document.name(), document.why());
            return signature.length == 0
                    ? plain
                    : new Candidate(
                            index,
                            plain.size,
                            plain.hash,
                            plain.name,
                            plain.why,
                            SignatureBands.keys(signature),
                            ExaminedFile.folded(SignatureBands.folded(signature)));
        }

        boolean isSigned() {
            return bands.length > 0;
        }
    }

    private ExaminedFile() {}

    static void write(DataOutputStream out, Candidate one) throws IOException {
        out.writeInt(one.index);
        out.writeLong(one.size);
        out.writeLong(one.hash);
        text(out, one.name);
        text(out, one.why);
        out.writeBoolean(one.isSigned());
        if (one.isSigned()) {
            for (long key : one.bands) {
                out.writeLong(key);
            }
            out.writeInt(one.folded.length);
            out.write(one.folded);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static byte[] folded(short[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES * values.length);
        bytes.asShortBuffer().put(values);
        return bytes.array();
    }

    static short[] folded(byte[] bytes) {
        short[] values = new short[bytes.length / Short.BYTES];
        ByteBuffer.wrap(bytes).asShortBuffer().get(values);
        return values;
    }

    /**
     * The documents of a part, one after another; the file is closed behind the last, or with the task.
     *
     * @param count how many they are
     */
    static Iterator<Candidate> candidates(Path file, long count) {
        DataInputStream in;
        try {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        } catch (IOException e) {
            throw FileProblems.cannot("read", file, e);
        }
        TaskCompletionListener closing = _ -> close(in, file);
        TaskContext.get().addTaskCompletionListener(closing);
        return new Iterator<>() {
            private long given;

            @Override
            public boolean hasNext() {
                if (given == count) {
                    close(in, file);
                }
                return given < count;
            }

            @Override
            public Candidate next() {
                if (given == count) {
                    throw new NoSuchElementException();
                }
                given++;
                try {
                    return read(in);
                } catch (IOException e) {
                    throw FileProblems.cannot("read", file, e);
                }
            }
        };
    }

    private static void close(DataInputStream in, Path file) {
        try {
            in.close();
        } catch (IOException e) {
            throw FileProblems.cannot("close", file, e);
        }
    }

    private static Candidate read(DataInputStream in) throws IOException {
        int index = in.readInt();
        long size = in.readLong();
        long hash = in.readLong();
        String name = text(in);
        String why = text(in);
        if (!in.readBoolean()) {
            return Candidate.unsigned(index, size, hash, name, why);
        }
        long[] bands = new long[SignatureBands.COUNT];
        for (int band = 0; band < bands.length; band++) {
            bands[band] = in.readLong();
        }
        return new Candidate(index, size, hash, name, why, bands, in.readNBytes(in.readInt()));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
