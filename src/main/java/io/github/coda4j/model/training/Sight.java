package io.github.coda4j.model.training;

import io.github.coda4j.diffusion.BlockGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the tokens that lie side by side in a {@link Run} see each other, as data: passes ask here and know no
 * family.
 *
 * @param groups the tokens from first to last, those together that see the same
 */
record Sight(List<Group> groups) {
    /** Tokens [from, to). */
    record Range(int from, int to) {
        int length() {
            return to - from;
        }

        Range shifted(int by) {
            return new Range(from + by, to + by);
        }
    }

    /**
     * Tokens that see the same.
     *
     * @param seen what they see, ascending and apart
     * @param seers who sees them, likewise
     */
    record Group(Range tokens, List<Range> seen, List<Range> seers) {}

    /** All tokens see each other. */
    static Sight whole(int length) {
        List<Range> all = List.of(new Range(0, length));
        return new Sight(List.of(new Group(all.getFirst(), all, all)));
    }

    /**
     * A document twice, clean and then noised, as block diffusion is trained (Arriola et al. 2025, "Block Diffusion",
     * section 3.3 and appendix B.6): a clean block sees the clean ones up to itself, a noised block itself and the
     * clean ones before it.
     *
     * @param length tokens of the document; a run has twice as many
     * @param grid its blocks; the last may be short
     */
    static Sight cleanAndNoised(int length, BlockGrid grid) {
        List<Group> clean = new ArrayList<>();
        List<Group> noised = new ArrayList<>();
        for (int start = 0; start < length; ) {
            int end = Math.min(grid.end(start), length);
            Range block = new Range(start, end);
            Range own = block.shifted(length);
            clean.add(new Group(
                    block,
                    List.of(new Range(0, end)),
                    some(new Range(start, length), new Range(length + end, 2 * length))));
            noised.add(new Group(own, some(new Range(0, start), own), List.of(own)));
            start = end;
        }
        clean.addAll(noised);
        return new Sight(clean);
    }

    /** Those that are not empty. */
    private static List<Range> some(Range... ranges) {
        List<Range> some = new ArrayList<>();
        for (Range range : ranges) {
            if (range.length() > 0) {
                some.add(range);
            }
        }
        return some;
    }

    /** Tokens of the run. */
    int length() {
        return groups.getLast().tokens().to();
    }

    /** Pairs of a token and one that it sees. */
    long pairs() {
        return groups.stream()
                .mapToLong(group -> group.tokens().length()
                        * group.seen().stream().mapToLong(Range::length).sum())
                .sum();
    }

    /** What is left of the run: the gaps between ascending ranges of it. */
    List<Range> rest(List<Range> ranges) {
        List<Range> rest = new ArrayList<>();
        int at = 0;
        for (Range range : ranges) {
            rest.add(new Range(at, range.from()));
            at = range.to();
        }
        rest.add(new Range(at, length()));
        return some(rest.toArray(Range[]::new));
    }
}
