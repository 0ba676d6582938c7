package io.github.coda4j.spark;

import io.github.coda4j.data.Account;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.ShardWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Part;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The tokens of a part's documents that are kept, by split: ids, lengths and, of conversations, marks of answers. */
final class TokenFiles implements AutoCloseable {
    private final Staging staging;
    private final int part;
    private final Manifest.Content kind;
    private final boolean wide;
    private final Path work;
    private final Map<Split, SplitFiles> files = new EnumMap<>(Split.class);

    /** Takes the tokens of a document. */
    interface Sink {
        /** @param answers as many as ids for conversations, none for text */
        void take(Split split, int[] ids, boolean[] answers) throws IOException;
    }

    /** Gives the documents that are kept, and says what became of all. */
    interface Documents {
        Account into(Sink sink) throws IOException;
    }

    /** The files of one split. */
    private static final class SplitFiles {
        private final DataOutputStream ids;
        private final DataOutputStream lengths;
        private final List<DataOutputStream> answers = new ArrayList<>();
        private long tokens;

        SplitFiles(Path work, int part, Split split, boolean marks) throws IOException {
            ids = Staging.out(work.resolve(Staging.tokens(part, split)));
            lengths = Staging.out(work.resolve(Staging.lengths(part, split)));
            if (marks) {
                answers.add(Staging.out(work.resolve(Staging.answers(part, split))));
            }
        }

        void close() throws IOException {
            ids.close();
            lengths.close();
            for (DataOutputStream file : answers) {
                file.close();
            }
        }
    }

    private TokenFiles(Staging staging, int part, Manifest.Content kind, int vocabSize) throws IOException {
        this.staging = staging;
        this.part = part;
        this.kind = kind;
        this.wide = ShardWriter.tokenBytes(vocabSize) == Integer.BYTES;
        this.work = staging.workFolder();
        for (Split split : Split.values()) {
            files.put(split, new SplitFiles(work, part, split, kind == Manifest.Content.INSTRUCTIONS));
        }
    }

    /**
     * Writes the tokens of a part, unless that was done before.
     *
     * @param vocabSize all tokens are below it
     */
    static Encoded write(Staging staging, Part part, Manifest.Content kind, int vocabSize, Documents documents) {
        return staging.done("encoded", part.index(), Encoded.class).orElseGet(() -> {
            try (TokenFiles files = new TokenFiles(staging, part.index(), kind, vocabSize)) {
                Account account = documents.into(files::append);
                return staging.done("encoded", part.index(), files.publish(account));
            } catch (IOException e) {
                throw FileProblems.cannot("write", Path.of(staging.folder()), e);
            }
        });
    }

    private void append(Split split, int[] document, boolean[] answers) throws IOException {
        SplitFiles to = files.get(split);
        ByteBuffer bytes = ByteBuffer.allocate(document.length * (wide ? Integer.BYTES : Short.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int id : document) {
            if (wide) {
                bytes.putInt(id);
            } else {
                bytes.putShort((short) id);
            }
        }
        to.ids.write(bytes.array());
        for (boolean answer : answers) {
            to.answers.getFirst().writeBoolean(answer);
        }
        to.lengths.writeInt(document.length);
        to.tokens += document.length;
    }

    private Encoded publish(Account account) throws IOException {
        for (Map.Entry<Split, SplitFiles> each : files.entrySet()) {
            each.getValue().close();
            for (String name : Staging.tokenFiles(part, each.getKey(), kind)) {
                staging.publish(work, name);
            }
        }
        return new Encoded(part, files.get(Split.TRAIN).tokens, files.get(Split.HELD_OUT).tokens, account);
    }

    @Override
    public void close() throws IOException {
        try {
            for (SplitFiles each : files.values()) {
                each.close();
            }
        } finally {
            staging.discard(work);
        }
    }
}
