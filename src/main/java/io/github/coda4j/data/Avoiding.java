package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.util.List;

/**
 * What a corpus keeps away from, by name; {@link #read} reads it.
 *
 * @param like files, folders, archives and rows as a corpus has them, of any language; may be empty
 * @param likeness from which similarity on (Jaccard, of five-word shingles, by MinHash) a document is like one of them,
 *     in (0, 1]; every pair is compared, not only those that share a band
 * @param sets folders and files of rows, of which every text counts; may be empty
 * @param words of a run that no document may share with a row, at least 2
 */
public record Avoiding(List<String> like, double likeness, List<String> sets, int words) {
    /** The similarity from which on a document is like another, unless something else is asked for. */
    public static final double LIKENESS = 0.5;

    /** Words of a run that counts as the same text, as in the report of GPT-3 (Brown et al. 2020, appendix C). */
    public static final int RUN_WORDS = 13;

    /** Keeps away from nothing. */
    public static final Avoiding NOTHING = new Avoiding(List.of(), LIKENESS, List.of(), RUN_WORDS);

    public Avoiding {
        like = List.copyOf(like);
        sets = List.copyOf(sets);
        check(likeness > 0 && likeness <= 1, "the likeness must be in (0, 1], got %s", likeness);
        check(words >= 2, "a run must have 2 words or more, got %d", words);
    }

    /**
     * Reads all of it.
     *
     * @throws io.github.coda4j.CodaException when an input is not there or has no text
     */
    public Avoided read(CorpusStore store) {
        return Avoided.read(this, store);
    }
}
