package io.github.coda4j.spark;

import io.github.coda4j.data.Account;
import io.github.coda4j.data.CorpusEngine.Instructions;
import io.github.coda4j.data.Fate;
import io.github.coda4j.data.InstructionTokenizing;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.Split;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.ExaminedFile.Candidate;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Examined;
import io.github.coda4j.spark.Messages.Part;
import io.github.coda4j.text.BpeTokenizer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.broadcast.Broadcast;

/**
 * What is done with one part of a corpus of conversations on an executor. Which of them are equal is said by their
 * tokens, so tokens are made when the part is looked at; what stays of them is then copied.
 *
 * @param heldOut share of the rows that is held out, by their hash
 */
record InstructionTask(
        ShippedOptions options,
        PartFiles files,
        double heldOut,
        int maxTokens,
        boolean showsThoughts,
        Broadcast<ShippedTokenizer> tokenizer)
        implements Serializable {
    static InstructionTask of(CorpusJob job, Instructions how, Broadcast<ShippedTokenizer> tokenizer) {
        return new InstructionTask(
                job.options(), job.files(), job.heldOut(), how.maxTokens(), how.showsThoughts(), tokenizer);
    }

    /** Makes tokens of every row and writes down those that may be kept. */
    Examined examine(Part part) {
        files.require(part);
        Staging staging = files.staging();
        return staging.done("examined", part.index(), Examined.class).orElseGet(() -> {
            Examining examining = new Examining();
            staging.write(
                    Staging.rows(part.index()),
                    rows -> staging.write(Staging.examined(part.index()), out -> examining.run(part, out, rows)));
            Examined answer = new Examined(part.index(), examining.rows, examining.candidates, 0, examining.dropped);
            return staging.done("examined", part.index(), answer);
        });
    }

    private final class Examining {
        private final Account dropped = new Account();
        private int rows;
        private long candidates;

        void run(Part part, DataOutputStream out, DataOutputStream tokens) {
            BpeTokenizer loaded = tokenizer.value().get();
            InstructionTokenizing tokenizing = new InstructionTokenizing(
                    loaded, tokenizer.value().template(), options.options(), maxTokens, heldOut, showsThoughts);
            rows = tokenizing.examine(part.slices(), files.store(), (index, row) -> {
                Staging.requireWanted();
                if (!row.fate().kept()) {
                    dropped.add(row.fate(), row.name(), row.size(), row.why());
                    return;
                }
                candidates++;
                try {
                    ExaminedFile.write(out, Candidate.unsigned(index, row.size(), row.hash(), row.name(), row.why()));
                    write(tokens, row);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void write(DataOutputStream out, InstructionTokenizing.Row row) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + row.ids().length * (Integer.BYTES + 1));
        bytes.putInt(row.ids().length);
        for (int id : row.ids()) {
            bytes.putInt(id);
        }
        for (boolean answer : row.answers()) {
            bytes.put((byte) (answer ? 1 : 0));
        }
        out.write(bytes.array());
    }

    /** Copies the tokens of the rows that are kept. */
    Encoded encode(Part part, long candidates, Chosen chosen) {
        Staging staging = files.staging();
        staging.require();
        int vocabSize = tokenizer.value().get().vocabSize();
        return TokenFiles.write(staging, part, Manifest.Content.INSTRUCTIONS, vocabSize, sink -> {
            Account account = new Account();
            Path file = staging.path(Staging.rows(part.index()));
            Iterator<Candidate> all = ExaminedFile.candidates(staging.path(Staging.examined(part.index())), candidates);
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                while (all.hasNext()) {
                    Staging.requireWanted();
                    Candidate one = all.next();
                    Fate fate = chosen.fate(part, one, heldOut);
                    account.add(fate, one.name(), one.size(), one.why());
                    copy(in, fate, sink);
                }
            } catch (IOException e) {
                throw FileProblems.cannot("copy", file, e);
            }
            return account;
        });
    }

    private static void copy(DataInputStream in, Fate fate, TokenFiles.Sink sink) throws IOException {
        int length = in.readInt();
        if (!fate.kept()) {
            in.skipNBytes((long) length * (Integer.BYTES + 1));
            return;
        }
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = in.readInt();
        }
        boolean[] answers = new boolean[length];
        for (int i = 0; i < length; i++) {
            answers[i] = in.readBoolean();
        }
        sink.take(fate == Fate.TRAIN ? Split.TRAIN : Split.HELD_OUT, ids, answers);
    }
}
