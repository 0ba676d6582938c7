package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.Comments;
import io.github.coda4j.data.CorpusParts;
import io.github.coda4j.data.CorpusSlice;
import io.github.coda4j.data.Fate;
import io.github.coda4j.data.PartReader;
import io.github.coda4j.data.ShardWriter;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TextTokenizing;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.ExaminedFile.Candidate;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Examined;
import io.github.coda4j.spark.Messages.Part;
import io.github.coda4j.text.BpeTokenizer;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Optional;

/**
 * What is done with one part of the corpus on an executor.
 *
 * @param heldOut share of the documents that is held out, by their hash
 */
record PartTask(ShippedOptions options, HadoopStore store, Staging staging, double heldOut) implements Serializable {
    /**
     * What became of the duplicates, and where parts begin.
     *
     * @param firstPlaces of each part
     * @param equal places of documents that are equal to another
     * @param near places of those that are nearly so
     */
    record Chosen(long[] firstPlaces, Marks equal, Marks near) {}

    /** How many lines begin in each piece of the part that needs it, and -1 for the others. */
    long[] countLines(Part part) {
        seen(part);
        return part.slices().stream()
                .mapToLong(slice -> {
                    try {
                        return CorpusParts.isCut(slice) ? CorpusParts.countLines(store, slice) : -1;
                    } catch (IOException e) {
                        return 0; // is told when the piece is read
                    }
                })
                .toArray();
    }

    /** Looks at every document and writes down those that may be kept. */
    Examined examine(Part part) {
        seen(part);
        Optional<Examined> done = staging.done("examined", part.index(), Examined.class);
        if (done.isPresent()) {
            return done.get();
        }
        Account dropped = new Account();
        long[] counts = new long[2];
        int[] documents = new int[1];
        staging.write(
                Staging.examined(part.index()),
                out -> documents[0] = new PartReader(options.options(), store)
                        .examine(part.slices(), (index, document) -> {
                            Staging.requireWanted();
                            if (document.fate().isPresent()) {
                                dropped.add(document.fate().get(), document.name(), document.size(), document.why());
                                return;
                            }
                            counts[0]++;
                            counts[1] += document.signature().length > 0 ? 1 : 0;
                            try {
                                ExaminedFile.write(out, index, document);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }));
        return staging.done(
                "examined",
                part.index(),
                new Examined(part.index(), documents[0], counts[0], counts[1], new ArrayList<>(dropped.lines())));
    }

    /** Makes tokens of the documents that are kept. */
    Encoded encode(Part part, long candidates, Chosen chosen, BpeTokenizer tokenizer, Comments comments) {
        seen(part);
        Optional<Encoded> done = staging.done("encoded", part.index(), Encoded.class);
        if (done.isPresent()) {
            return done.get();
        }
        Kept kept = new Kept(part, candidates, chosen);
        Path work = staging.workFolder();
        try (DataOutputStream trainIds = out(work, Staging.tokens(part.index(), Split.TRAIN));
                DataOutputStream trainLengths = out(work, Staging.lengths(part.index(), Split.TRAIN));
                DataOutputStream heldIds = out(work, Staging.tokens(part.index(), Split.HELD_OUT));
                DataOutputStream heldLengths = out(work, Staging.lengths(part.index(), Split.HELD_OUT))) {
            TokenFiles train = new TokenFiles(trainIds, trainLengths, tokenizer.vocabSize());
            TokenFiles held = new TokenFiles(heldIds, heldLengths, tokenizer.vocabSize());
            kept.read((name, text, split) -> (split == Split.TRAIN ? train : held)
                    .append(TextTokenizing.encode(tokenizer, name, text, comments)));
            train.finish();
            held.finish();
            for (Split split : Split.values()) {
                staging.publish(work, Staging.tokens(part.index(), split));
                staging.publish(work, Staging.lengths(part.index(), split));
            }
            return staging.done(
                    "encoded",
                    part.index(),
                    new Encoded(part.index(), train.tokens, held.tokens, new ArrayList<>(kept.account.lines())));
        } catch (IOException e) {
            throw FileProblems.cannot("write", Path.of(staging.folder()), e);
        } finally {
            staging.discard(work);
        }
    }

    private static DataOutputStream out(Path work, String name) throws IOException {
        return Staging.out(work.resolve(name));
    }

    /**
     * Counts the pieces of a share of the documents that are kept.
     *
     * @param share of the documents, by their hash
     */
    Account count(Part part, long candidates, Chosen chosen, double share, WordCounts counts) {
        seen(part);
        Kept kept = new Kept(part, candidates, chosen);
        kept.sampled = share;
        kept.read((_, text, _) -> counts.addText(text));
        return kept.account;
    }

    /** Takes the documents that are kept. */
    private interface Sink {
        void take(String name, String text, Split split) throws IOException;
    }

    /** Which of a part's documents are kept, and what became of the others. */
    private final class Kept {
        private final Part part;
        private final Account account = new Account();
        private final BitSet wanted = new BitSet();
        private final long candidates;
        private double sampled = 1;

        Kept(Part part, long candidates, Chosen chosen) {
            this.part = part;
            this.candidates = candidates;
            Iterator<Candidate> all = candidates();
            while (all.hasNext()) {
                Candidate one = all.next();
                Fate fate = fate(chosen, chosen.firstPlaces()[part.index()] + one.index(), one.hash());
                account.add(fate, one.name(), one.size(), one.why());
                if (fate.kept()) {
                    wanted.set(one.index());
                }
            }
        }

        private Iterator<Candidate> candidates() {
            return ExaminedFile.candidates(staging.path(Staging.examined(part.index())), candidates);
        }

        private Fate fate(Chosen chosen, long place, long hash) {
            if (chosen.equal().has(place)) {
                return Fate.DUPLICATE;
            }
            if (chosen.near().has(place)) {
                return Fate.NEAR_DUPLICATE;
            }
            return PartReader.split(hash, heldOut) == Split.TRAIN ? Fate.TRAIN : Fate.HELD_OUT;
        }

        void read(Sink sink) {
            Iterator<Candidate> all = candidates();
            int[] found = new int[1];
            new PartReader(options.options(), store).texts(part.slices(), wanted::get, (index, document) -> {
                Staging.requireWanted();
                if (hash(all, index) != document.hash()) {
                    throw changed(document.name());
                }
                found[0]++;
                if (PartReader.isSampled(document.hash(), sampled)) {
                    try {
                        sink.take(document.name(), document.text(), PartReader.split(document.hash(), heldOut));
                    } catch (IOException e) {
                        throw FileProblems.cannot("write", Path.of(staging.folder()), e);
                    }
                }
            });
            if (found[0] != wanted.cardinality()) {
                throw changed(part.slices().getFirst().file());
            }
        }

        /** The hash that the document had when it was looked at. */
        private static long hash(Iterator<Candidate> all, int index) {
            Candidate one = all.next();
            while (one.index() < index) {
                one = all.next();
            }
            return one.hash();
        }

        private CodaException changed(String name) {
            return CodaException.of("%s changed while the corpus was read; start again when it is at rest", name);
        }
    }

    /** That this executor sees what the job's process saw. */
    private void seen(Part part) {
        staging.require();
        for (CorpusSlice slice : part.slices()) {
            boolean local = slice.problem().isEmpty() && !HadoopStore.isRemote(slice.file());
            if (local && !Files.exists(store.here(slice.file()))) {
                throw CodaException.of(
                        "%s is not there as %s sees it: inputs must lie on a file system that all executors share, or "
                                + "be named as Spark sees them (hdfs://, s3a://)",
                        slice.file(), Staging.host());
            }
        }
    }

    /** Tokens and lengths of a part's documents of one split. */
    private static final class TokenFiles {
        private final DataOutputStream ids;
        private final DataOutputStream lengths;
        private final boolean wide;
        private long tokens;

        TokenFiles(DataOutputStream ids, DataOutputStream lengths, int vocabSize) {
            this.ids = ids;
            this.lengths = lengths;
            wide = ShardWriter.tokenBytes(vocabSize) == Integer.BYTES;
        }

        void append(int[] document) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(document.length * (wide ? Integer.BYTES : Short.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int id : document) {
                if (wide) {
                    bytes.putInt(id);
                } else {
                    bytes.putShort((short) id);
                }
            }
            ids.write(bytes.array());
            lengths.writeInt(document.length);
            tokens += document.length;
        }

        void finish() throws IOException {
            ids.close();
            lengths.close();
        }
    }
}
