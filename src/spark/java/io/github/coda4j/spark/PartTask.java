package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.Account;
import io.github.coda4j.data.Comments;
import io.github.coda4j.data.Fate;
import io.github.coda4j.data.Manifest;
import io.github.coda4j.data.PartReader;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TextTokenizing;
import io.github.coda4j.data.WordCounts;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.spark.ExaminedFile.Candidate;
import io.github.coda4j.spark.Messages.Encoded;
import io.github.coda4j.spark.Messages.Examined;
import io.github.coda4j.spark.Messages.Part;
import io.github.coda4j.text.BpeTokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;

/**
 * What is done with one part of a corpus of text on an executor.
 *
 * @param heldOut share of the documents that is held out, by their hash
 * @param avoided what documents are kept away from
 */
record PartTask(ShippedOptions options, PartFiles files, double heldOut, Broadcast<ShippedAvoided> avoided)
        implements Serializable {
    private static final boolean[] NO_ANSWERS = {};

    static PartTask of(CorpusJob job) {
        return new PartTask(job.options(), job.files(), job.heldOut(), job.avoided());
    }

    private Staging staging() {
        return files.staging();
    }

    private PartReader reader() {
        return new PartReader(options.options(), files.store(), avoided.value().get());
    }

    /** Looks at every document and writes down those that may be kept. */
    Examined examine(Part part) {
        files.require(part);
        Optional<Examined> done = staging().done("examined", part.index(), Examined.class);
        if (done.isPresent()) {
            return done.get();
        }
        Account dropped = new Account();
        long[] counts = new long[2];
        int[] documents = new int[1];
        staging()
                .write(
                        Staging.examined(part.index()),
                        out -> documents[0] = reader().examine(part.slices(), (index, document) -> {
                            Staging.requireWanted();
                            if (document.fate().isPresent()) {
                                dropped.add(document.fate().get(), document.name(), document.size(), document.why());
                                return;
                            }
                            counts[0]++;
                            counts[1] += document.signature().length > 0 ? 1 : 0;
                            try {
                                ExaminedFile.write(out, Candidate.of(index, document));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }));
        Examined answer = new Examined(part.index(), documents[0], counts[0], counts[1], dropped);
        return staging().done("examined", part.index(), answer);
    }

    /** Makes tokens of the documents that are kept. */
    Encoded encode(Part part, long candidates, Chosen chosen, BpeTokenizer tokenizer, Comments comments) {
        files.require(part);
        return TokenFiles.write(files.staging(), part, Manifest.Content.TEXT, tokenizer.vocabSize(), sink -> {
            Kept kept = new Kept(part, candidates, chosen);
            kept.read((name, text, split) ->
                    sink.take(split, TextTokenizing.encode(tokenizer, name, text, comments), NO_ANSWERS));
            return kept.account;
        });
    }

    /**
     * Counts the pieces of a share of the documents that are kept.
     *
     * @param share of the documents, by their hash
     */
    Account count(Part part, long candidates, Chosen chosen, double share, WordCounts counts) {
        files.require(part);
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
                Fate fate = chosen.fate(part, one, heldOut);
                account.add(fate, one.name(), one.size(), one.why());
                if (fate.kept()) {
                    wanted.set(one.index());
                }
            }
        }

        private Iterator<Candidate> candidates() {
            return ExaminedFile.candidates(staging().path(Staging.examined(part.index())), candidates);
        }

        void read(Sink sink) {
            Iterator<Candidate> all = candidates();
            int[] found = new int[1];
            reader().texts(part.slices(), wanted::get, (index, document) -> {
                Staging.requireWanted();
                if (hash(all, index) != document.hash()) {
                    throw changed(document.name());
                }
                found[0]++;
                if (PartReader.isSampled(document.hash(), sampled)) {
                    try {
                        sink.take(document.name(), document.text(), PartReader.split(document.hash(), heldOut));
                    } catch (IOException e) {
                        throw FileProblems.cannot("write", Path.of(staging().folder()), e);
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
}
