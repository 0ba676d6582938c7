package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.io.Serializable;

/**
 * A file of a corpus, or a piece of one whose rows can be read from the middle.
 *
 * @param file its name, as messages say it and as {@link CorpusStore} opens it
 * @param size bytes of the whole file
 * @param modified when it was last changed, in milliseconds; 0 where nobody asks
 * @param named whether it was given by its own name, not found in a folder
 * @param from the first byte of the piece
 * @param to behind its last byte; rows belong to the piece in which they begin
 * @param rowsBefore rows, or lines, of the file before the piece
 * @param problem why the file cannot be read; empty when nothing is known against it
 */
public record CorpusSlice(
        String file, long size, long modified, boolean named, long from, long to, long rowsBefore, String problem)
        implements Serializable {
    public CorpusSlice {
        check(from >= 0 && from <= to, "%s: a piece from byte %d to %d", file, from, to);
    }

    /** A whole file. */
    public static CorpusSlice whole(String file, long size, long modified, boolean named) {
        return new CorpusSlice(file, size, modified, named, 0, size, 0, "");
    }

    /** What cannot be read. */
    public static CorpusSlice unreadable(String file, String problem) {
        return new CorpusSlice(file, 0, 0, false, 0, 0, 0, problem);
    }

    /** Bytes of the piece. */
    public long bytes() {
        return to - from;
    }

    boolean isWhole() {
        return from == 0 && to == size;
    }

    CorpusSlice piece(long begin, long end) {
        return new CorpusSlice(file, size, modified, named, begin, end, rowsBefore, problem);
    }

    /** The same piece, behind so many rows of its file. */
    public CorpusSlice behind(long rows) {
        return new CorpusSlice(file, size, modified, named, from, to, rows, problem);
    }
}
