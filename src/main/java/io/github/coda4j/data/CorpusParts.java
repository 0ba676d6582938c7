package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A corpus in parts of about the same size, one behind the other, for those who share the work. */
public final class CorpusParts {
    private CorpusParts() {}

    /**
     * Cuts the files of a corpus. Files whose rows can be read from the middle are cut where parts end, others stay
     * whole. What the documents are, and their order, does not depend on the cuts.
     *
     * @param files whole, in their order
     * @param most parts, at least 1
     */
    public static List<List<CorpusSlice>> cut(List<CorpusSlice> files, int most) {
        check(most > 0, "a corpus needs at least one part, got %d", most);
        long total = files.stream().mapToLong(CorpusSlice::bytes).sum();
        long target = Math.max(1, (total + most - 1) / most);
        List<List<CorpusSlice>> parts = new ArrayList<>();
        List<CorpusSlice> part = new ArrayList<>();
        long room = target;
        for (CorpusSlice file : files) {
            long at = 0;
            boolean cuts = RowFiles.canBeCut(file.file());
            while (cuts && file.size() - at > room) {
                part.add(file.piece(at, at + room));
                at += room;
                parts.add(part);
                part = new ArrayList<>();
                room = target;
            }
            part.add(file.piece(at, file.size()));
            room -= file.size() - at;
            if (room <= 0) {
                parts.add(part);
                part = new ArrayList<>();
                room = target;
            }
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    /** Whether the rows before the piece must be counted before those in it have their numbers. */
    public static boolean isCut(CorpusSlice slice) {
        return slice.problem().isEmpty() && !slice.isWhole() && !RowFiles.isParquet(slice.file());
    }

    /** How many lines begin in a piece of a file of rows. */
    public static long countLines(CorpusStore store, CorpusSlice slice) throws IOException {
        return Corpus.countLines(store, slice);
    }
}
