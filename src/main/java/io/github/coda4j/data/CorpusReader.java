package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.diffusion.CounterRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads a corpus once: finds the documents, drops what is not wanted, and works on the rest with several threads. The
 * outcome does not depend on the number of threads. Memory does not grow with the corpus but for some 700 bytes per
 * document, by which duplicates are found.
 */
public final class CorpusReader {
    static final long SAMPLE_KEY = 0x5A;

    private final CorpusOptions options;
    private final double heldOut;
    private final int threads;

    /**
     * A document that is kept.
     *
     * @param hash the first 8 bytes of the SHA-256 of its content
     */
    public record Kept(String name, String text, Split split, long hash) {
        /** Whether it belongs to a share of all documents that is chosen by their hash, in [0, 1]. */
        public boolean sampled(double share) {
            return CounterRandom.uniform(SAMPLE_KEY, hash) < share;
        }
    }

    /** Hears how far reading is. */
    @FunctionalInterface
    public interface Listener {
        /**
         * May throw to stop the work.
         *
         * @param doneBytes of the input files, as they lie on the disk
         * @param totalBytes of all
         * @param name of the file at work
         */
        void at(long doneBytes, long totalBytes, String name);
    }

    /**
     * @param heldOut the share of documents, chosen by their hash, that is held out; in [0, 1)
     * @param threads at least 1
     */
    public CorpusReader(CorpusOptions options, double heldOut, int threads) {
        check(heldOut >= 0 && heldOut < 1, "the held-out share must be in [0, 1), got %s", heldOut);
        check(threads > 0, "the number of threads must be positive, got %d", threads);
        this.options = options;
        this.heldOut = heldOut;
        this.threads = threads;
    }

    /** The size of all input files on the disk. */
    public long totalBytes() {
        return corpus().totalBytes();
    }

    /**
     * Reads everything.
     *
     * @param work done for each document that is kept, on several threads
     * @param sink takes the results on this thread, in the order of the documents
     * @return what became of the documents
     * @throws io.github.coda4j.CodaException when an input is not there, of the corpus or of what it keeps away from
     */
    public <T> Account read(Listener listener, Function<Kept, T> work, Consumer<T> sink) {
        Account account = new Account();
        Avoided avoided = options.excludes().avoiding().read(new LocalStore());
        try (OrderedWorkers workers = new OrderedWorkers(threads)) {
            OrderedWorkers.Lane<T> second = workers.lane(sink);
            Choice<T> choice = new Choice<>(account, work, second);
            DocumentFilter filter = new DocumentFilter(options, avoided);
            OrderedWorkers.Lane<ExaminedDocument> first = workers.lane(choice::take);
            corpus().forEach(listener, raw -> first.submit(raw.size(), () -> filter.examine(raw)));
            first.finish();
            second.finish();
        }
        account.tell(avoided.sharedRuns(account));
        return account;
    }

    private Corpus corpus() {
        return new Corpus(options, new TextRows(options), false, new LocalStore());
    }

    /** Which split a document belongs to, by its hash alone. */
    static Split split(long hash, double heldOut) {
        return (hash >>> 11) * 0x1.0p-53 < heldOut ? Split.HELD_OUT : Split.TRAIN;
    }

    /**
     * Drops duplicates and hands on the rest. Of equal documents the first one of the corpus stays; a document that is
     * nearly equal to an earlier one goes, whether that one stays or not ({@link NearDuplicates}).
     */
    private final class Choice<T> {
        private final Account account;
        private final Function<Kept, T> work;
        private final OrderedWorkers.Lane<T> next;
        private final HashesSeen seen = new HashesSeen();
        private final NearDuplicates near =
                new NearDuplicates(options.nearDuplicate().orElse(1.0));

        Choice(Account account, Function<Kept, T> work, OrderedWorkers.Lane<T> next) {
            this.account = account;
            this.work = work;
            this.next = next;
        }

        void take(ExaminedDocument document) {
            Fate fate = document.fate().orElseGet(() -> unlessDuplicate(document));
            account.add(fate, document.name(), document.size(), document.why());
            if (fate.kept()) {
                Split split = fate == Fate.TRAIN ? Split.TRAIN : Split.HELD_OUT;
                Kept kept = new Kept(document.name(), document.text(), split, document.hash());
                Callable<T> task = () -> work.apply(kept);
                next.submit(2 * document.size(), task);
            }
        }

        private Fate unlessDuplicate(ExaminedDocument document) {
            if (!seen.add(document.hash())) {
                return Fate.DUPLICATE;
            }
            if (near.isNearEarlier(document.signature())) {
                return Fate.NEAR_DUPLICATE;
            }
            return split(document.hash(), heldOut) == Split.TRAIN ? Fate.TRAIN : Fate.HELD_OUT;
        }
    }
}
