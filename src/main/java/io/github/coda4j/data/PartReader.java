package io.github.coda4j.data;

import io.github.coda4j.CodaException;
import io.github.coda4j.diffusion.CounterRandom;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Reads the documents of one part of a corpus, in their order, on the thread that asks. */
public final class PartReader {
    private final Corpus corpus;
    private final DocumentFilter filter;

    /** Takes a document and its index in the part, from 0; what is dropped is counted too. */
    @FunctionalInterface
    public interface Sink {
        void take(int index, ExaminedDocument document);
    }

    /**
     * See {@link CorpusReader}.
     *
     * @param avoided what the options say that is kept away from, read once for all parts
     */
    public PartReader(CorpusOptions options, CorpusStore store, Avoided avoided) {
        this.corpus = new Corpus(options, new TextRows(options), false, store);
        this.filter = new DocumentFilter(options, avoided);
    }

    /**
     * Looks at every document of the part.
     *
     * @return how many they are
     */
    public int examine(List<CorpusSlice> part, Sink sink) {
        int[] next = {0};
        each(part, raw -> sink.take(next[0]++, filter.examine(raw)));
        return next[0];
    }

    /**
     * Reads the texts of some documents of the part, of which it is known that they are texts.
     *
     * @param sink gets them without signature
     */
    public void texts(List<CorpusSlice> part, IntPredicate wanted, Sink sink) {
        int[] next = {0};
        each(part, raw -> {
            int index = next[0]++;
            if (wanted.test(index)) {
                String text = DocumentFilter.text(raw.content())
                        .orElseThrow(() -> CodaException.of("%s changed while the corpus was read", raw.name()));
                long hash = ByteBuffer.wrap(DocumentFilter.digest(text)).getLong();
                sink.take(
                        index,
                        new ExaminedDocument(
                                raw.name(), raw.size(), Optional.empty(), raw.why(), text, hash, MinHash.NONE));
            }
        });
    }

    private void each(List<CorpusSlice> part, Consumer<RawDocument> sink) {
        part.forEach(slice -> corpus.read(slice, _ -> {}, sink));
    }

    /** Which split a document belongs to, by its hash alone; see {@link CorpusReader}. */
    public static Split split(long hash, double heldOut) {
        return CorpusReader.split(hash, heldOut);
    }

    /** Whether a document belongs to a share of all that is chosen by their hash; see {@link CorpusReader.Kept}. */
    public static boolean isSampled(long hash, double share) {
        return CounterRandom.uniform(CorpusReader.SAMPLE_KEY, hash) < share;
    }
}
