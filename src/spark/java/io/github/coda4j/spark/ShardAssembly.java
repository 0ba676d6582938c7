package io.github.coda4j.spark;

import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardWriter;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.Messages.Run;
import io.github.coda4j.spark.Messages.ShardTask;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes one shard out of the tokens of parts.
 *
 * @param vocabSize all tokens are below it
 */
record ShardAssembly(Staging staging, Manifest.Content kind, int vocabSize) implements Serializable {
    private static final boolean[] NO_ANSWERS = {};

    Manifest.Shard write(ShardTask shard) {
        staging.require();
        String what = "shard-" + shard.split().label();
        Optional<Manifest.Shard> done =
                staging.done(what, shard.number(), Manifest.Shard.class).filter(staging::has);
        if (done.isPresent()) {
            return done.get();
        }
        Path work = staging.workFolder();
        try (ShardWriter writer = new ShardWriter(work, shard.split(), shard.number(), kind, vocabSize)) {
            for (Run run : shard.runs()) {
                append(shard, run, writer);
            }
            Manifest.Shard finished = writer.finish();
            finished.sha256().keySet().forEach(file -> staging.publish(work, "shards/" + file));
            staging.discard(work);
            return staging.done(what, shard.number(), finished);
        } catch (RuntimeException e) {
            throw AtomicFiles.withoutLeftover(work, e);
        }
    }

    private void append(ShardTask shard, Run run, ShardWriter writer) {
        int bytes = ShardWriter.tokenBytes(vocabSize);
        Path tokens = staging.path(Staging.tokens(run.part(), shard.split()));
        Path lengths = staging.path(Staging.lengths(run.part(), shard.split()));
        try (InputStream ids = new BufferedInputStream(Files.newInputStream(tokens), 1 << 20);
                InputStream marks = marks(shard, run);
                DataInputStream each = new DataInputStream(new BufferedInputStream(Files.newInputStream(lengths)))) {
            ids.skipNBytes(run.token() * bytes);
            each.skipNBytes((long) run.document() * Integer.BYTES);
            long all = Files.size(lengths) / Integer.BYTES - run.document();
            for (long i = 0; i < Math.min(all, run.documents()); i++) {
                int length = each.readInt();
                writer.append(ids(ids, length, bytes), answers(marks, length));
            }
        } catch (IOException e) {
            throw FileProblems.cannot("read", tokens, e);
        }
    }

    /** Marks of answers from the run's first token on; nothing for text. */
    private InputStream marks(ShardTask shard, Run run) throws IOException {
        if (kind != Manifest.Content.INSTRUCTIONS) {
            return InputStream.nullInputStream();
        }
        Path file = staging.path(Staging.answers(run.part(), shard.split()));
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            in.skipNBytes(run.token());
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private boolean[] answers(InputStream marks, int count) throws IOException {
        if (kind != Manifest.Content.INSTRUCTIONS) {
            return NO_ANSWERS;
        }
        byte[] read = exactly(marks, count);
        boolean[] answers = new boolean[count];
        for (int i = 0; i < count; i++) {
            answers[i] = read[i] != 0;
        }
        return answers;
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] read = in.readNBytes(count);
        if (read.length < count) {
            throw new EOFException("it ends too soon");
        }
        return read;
    }

    private static int[] ids(InputStream in, int count, int bytes) throws IOException {
        byte[] read = exactly(in, count * bytes);
        ByteBuffer values = ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = bytes == Integer.BYTES ? values.getInt() : Short.toUnsignedInt(values.getShort());
        }
        return ids;
    }
}
