package io.github.coda4j.masking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A row in which spans are holes with pads (S4), not masked yet. */
final class PaddedRow {
    /** Share of holes without a pad: the length that is given is the right one. */
    private static final double EXACT = 1.0 / 6;

    /** A row of holes has few targets; its weight makes up for that, but at most so many times. */
    private static final float MOST_SCALE = 4;

    /** Draws of a hole: place, tokens, pads, whether it is a ceiling; the first of all is the number of holes. */
    private static final int DRAWS = 4;

    private final int[] ids;
    private final int[] segments;
    private final float[] factors;
    private final boolean[] inHole;
    private int holePositions;

    private PaddedRow(int length) {
        this.ids = new int[length];
        this.segments = new int[length];
        this.factors = new float[length];
        this.inHole = new boolean[length];
        Arrays.fill(factors, 1);
    }

    /** Tokens [start, end) of the row followed by so many pads; behind a ceiling one more, which is seen. */
    private record Hole(int start, int end, int pads, boolean ceiling) {
        /** What the cross entropy of a pad is multiplied with. */
        float padFactor() {
            return ceiling ? 1 : Math.min(1f, (float) (end - start) / Math.max(1, pads));
        }
    }

    /** Where a hole may begin, and which of the row's holes it is. */
    private record Place(int index, int start) {}

    /**
     * Lays out the holes.
     *
     * @param candidates where a token may be masked
     * @param row number of the row in the draws
     */
    static PaddedRow of(
            HolePadding.Levels levels,
            int mostHoles,
            int padId,
            int[] ids,
            int[] segments,
            boolean[] candidates,
            MaskDraws draws,
            long row) {
        PaddedRow padded = new PaddedRow(ids.length);
        int from = 0;
        int to = 0;
        for (Hole hole : holes(levels, places(mostHoles, ids.length, draws, row), segments, candidates, draws, row)) {
            to = padded.copy(ids, segments, from, hole.start, to);
            to = padded.open(ids, segments, hole, to, padId);
            from = hole.end;
        }
        padded.copy(ids, segments, from, ids.length, to);
        return padded;
    }

    private static List<Place> places(int most, int length, MaskDraws draws, long row) {
        int wanted = 1 + (int) (draws.hole(row, 0) * most);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            places.add(new Place(i, (int) (draws.hole(row, DRAWS * i + 1) * length)));
        }
        places.sort(Comparator.comparingInt(Place::start));
        return places;
    }

    private static List<Hole> holes(
            HolePadding.Levels levels,
            List<Place> places,
            int[] segments,
            boolean[] candidates,
            MaskDraws draws,
            long row) {
        List<Hole> holes = new ArrayList<>();
        int free = 0;
        for (Place place : places) {
            int start = Math.max(place.start, free);
            int length = logUniform(draws.hole(row, DRAWS * place.index + 2), levels.longestSpan());
            int end = start;
            while (end < candidates.length
                    && end < start + length
                    && candidates[end]
                    && segments[end] == segments[start]) {
                end++;
            }
            if (end > start) {
                double pads = draws.hole(row, DRAWS * place.index + 3);
                boolean ceiling = draws.hole(row, DRAWS * place.index + 4) < levels.ceilings();
                int count = levels.ceilings() == 0
                        ? pads(pads, levels.mostPads())
                        : ceiling ? (int) (pads * (levels.mostPads() + 1)) : 0;
                holes.add(new Hole(start, end, count, ceiling));
                free = end + 1; // a token between two holes
            }
        }
        return holes;
    }

    private static int pads(double uniform, int most) {
        return uniform < EXACT || most == 0 ? 0 : logUniform((uniform - EXACT) / (1 - EXACT), most);
    }

    /** 1 to {@code most}, evenly on a log scale. */
    private static int logUniform(double uniform, int most) {
        return (int) Math.min(most, Math.exp(uniform * Math.log(most + 1.0)));
    }

    private int copy(int[] from, int[] fromSegments, int start, int end, int to) {
        int count = Math.min(end - start, ids.length - to);
        if (count > 0) {
            System.arraycopy(from, start, ids, to, count);
            System.arraycopy(fromSegments, start, segments, to, count);
        }
        return to + Math.max(0, count);
    }

    private int open(int[] from, int[] fromSegments, Hole hole, int to, int padId) {
        int tokens = hole.end - hole.start;
        int end = copy(from, fromSegments, hole.start, hole.end, to);
        boolean fits = end - to == tokens && (!hole.ceiling || end + hole.pads < ids.length);
        int padEnd = fits ? Math.min(end + hole.pads, ids.length) : end;
        int seenEnd = fits && hole.ceiling ? padEnd + 1 : padEnd;
        Arrays.fill(ids, end, seenEnd, padId);
        Arrays.fill(segments, end, seenEnd, fromSegments[hole.start]);
        Arrays.fill(factors, end, padEnd, hole.padFactor());
        Arrays.fill(inHole, to, padEnd, true);
        holePositions += padEnd - to;
        return seenEnd;
    }

    /** Whether there is a hole at all. */
    boolean hasHoles() {
        return holePositions > 0;
    }

    /** Tokens and pads. */
    int[] ids() {
        return ids;
    }

    int[] segments() {
        return segments;
    }

    /** What a position's cross entropy is multiplied with, beside the weight of the row. */
    float[] factors() {
        return factors;
    }

    /** 1 / sigma, times what a row of few targets lacks. */
    float weight(float sigma) {
        return Math.min(MOST_SCALE, (float) ids.length / holePositions) / sigma;
    }

    /** Where a position is in a hole. */
    boolean[] inHole() {
        return inHole;
    }
}
