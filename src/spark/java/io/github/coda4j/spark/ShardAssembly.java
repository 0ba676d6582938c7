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
record ShardAssembly(Staging staging, int vocabSize) implements Serializable {
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
        try (ShardWriter writer =
                new ShardWriter(work, shard.split(), shard.number(), Manifest.Content.TEXT, vocabSize)) {
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
                DataInputStream each = new DataInputStream(new BufferedInputStream(Files.newInputStream(lengths)))) {
            ids.skipNBytes(run.token() * bytes);
            each.skipNBytes((long) run.document() * Integer.BYTES);
            long all = Files.size(lengths) / Integer.BYTES - run.document();
            for (long i = 0; i < Math.min(all, run.documents()); i++) {
                writer.append(ids(ids, each.readInt(), bytes), NO_ANSWERS);
            }
        } catch (IOException e) {
            throw FileProblems.cannot("read", tokens, e);
        }
    }

    private static int[] ids(InputStream in, int count, int bytes) throws IOException {
        byte[] read = in.readNBytes(count * bytes);
        if (read.length < count * bytes) {
            throw new EOFException("it ends too soon");
        }
        ByteBuffer values = ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = bytes == Integer.BYTES ? values.getInt() : Short.toUnsignedInt(values.getShort());
        }
        return ids;
    }
}
