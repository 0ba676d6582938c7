package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.decode.CanvasShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Text with holes in it. A prompt to be continued is a document whose only hole is at its end. The text pieces are kept
 * as they are, line ends included, and stand unchanged in {@link #fill}.
 *
 * @param segments text pieces and holes in turn, from left to right, at least one hole; no text piece is empty
 */
public record Document(List<Segment> segments) {
    /** What stands for a hole in text given to {@link #parse}. */
    public static final String MARKER = "<|hole|>";

    /** A piece of a document. */
    public sealed interface Segment {}

    /** Text that stays. */
    public record Text(String text) implements Segment {
        public Text {
            check(!text.isEmpty(), "a text piece of a document must not be empty");
        }
    }

    /** The most tokens of a hole whose length nobody says. */
    public static final int DEFAULT_CEILING = 64;

    /**
     * A place to be filled.
     *
     * @param tokens how many it has, at least 1; at most as many if its length is to be found
     * @param open whether its length is to be found
     */
    public record Hole(int tokens, boolean open) implements Segment {
        public Hole {
            check(tokens >= 1, "a hole needs at least 1 token, got %d", tokens);
        }

        /** A place of that many tokens, of which an end token may give up the last ones. */
        public Hole(int tokens) {
            this(tokens, false);
        }

        /** A place whose length is found among those up to that one. */
        public static Hole upTo(int ceiling) {
            return new Hole(ceiling, true);
        }

        /** A place whose length is found, at most {@value Document#DEFAULT_CEILING}. */
        public static Hole auto() {
            return upTo(DEFAULT_CEILING);
        }
    }

    public Document {
        segments = List.copyOf(segments);
        check(segments.stream().anyMatch(Hole.class::isInstance), "the document has no hole: nothing to generate");
        for (int i = 1; i < segments.size(); i++) {
            check(
                    segments.get(i) instanceof Text != segments.get(i - 1) instanceof Text,
                    "segments %d and %d of the document are both %s: make one of them",
                    i - 1,
                    i,
                    segments.get(i) instanceof Text ? "text" : "holes");
        }
    }

    /** The text to be continued by at most {@code tokens} tokens; the text may be empty. */
    public static Document completion(String text, int tokens) {
        Builder builder = new Builder();
        builder.text(text);
        builder.hole(new Hole(tokens));
        return builder.build();
    }

    /**
     * Text with a {@link #MARKER} for each hole.
     *
     * @param tokens tokens of every hole, or of each in turn; none: the length of each is found, see {@link Hole#auto}
     */
    public static Document parse(String text, int... tokens) {
        return parse(text, holes(tokens));
    }

    /**
     * Text with a {@link #MARKER} for each hole.
     *
     * @param holes one for all of them, or one for each in turn
     */
    public static Document parse(String text, List<Hole> holes) {
        String[] pieces = text.split(Pattern.quote(MARKER), -1);
        int numHoles = pieces.length - 1;
        check(numHoles > 0, "no %s in the text: put one where something is to be generated", MARKER);
        checkCounts(numHoles, holes);
        Builder builder = new Builder();
        builder.text(pieces[0]);
        for (int i = 0; i < numHoles; i++) {
            builder.hole(holes.get(holes.size() == 1 ? 0 : i));
            builder.text(pieces[i + 1]);
        }
        return builder.build();
    }

    /**
     * Text of which some ranges are replaced by holes. The text in a range is dropped; an empty range is a place to
     * insert. Overlapping and touching ranges are refused.
     *
     * @param ranges in any order; the holes of the document are in the order of the text
     * @param tokens tokens of every hole, or of each in the order of {@code ranges}; none: the length of each is found
     */
    public static Document ofRanges(String text, List<HoleRange> ranges, int... tokens) {
        return ofRanges(text, ranges, holes(tokens));
    }

    /**
     * The same with more to say about each hole.
     *
     * @param holes one for all of them, or one for each in the order of {@code ranges}
     */
    public static Document ofRanges(String text, List<HoleRange> ranges, List<Hole> holes) {
        check(!ranges.isEmpty(), "no hole given: nothing to generate");
        checkCounts(ranges.size(), holes);
        LineIndex lines = new LineIndex(text);
        record Cut(HoleRange range, int start, int end, Hole hole) {}
        List<Cut> cuts = IntStream.range(0, ranges.size())
                .mapToObj(i -> {
                    HoleRange range = ranges.get(i);
                    Hole hole = holes.get(holes.size() == 1 ? 0 : i);
                    return new Cut(range, lines.offset(range, true), lines.offset(range, false), hole);
                })
                .sorted(Comparator.comparingInt(Cut::start).thenComparingInt(Cut::end))
                .toList();
        Builder builder = new Builder();
        int end = 0;
        for (int i = 0; i < cuts.size(); i++) {
            Cut cut = cuts.get(i);
            if (i > 0) {
                HoleRange previous = cuts.get(i - 1).range;
                check(cut.start >= end, "hole %s overlaps hole %s", cut.range, previous);
                check(cut.start > end, "hole %s touches hole %s: make one of them", cut.range, previous);
            }
            builder.text(text.substring(end, cut.start));
            builder.hole(cut.hole);
            end = cut.end;
        }
        builder.text(text.substring(end));
        return builder.build();
    }

    /**
     * Pieces of text with a hole between each two, whatever stands in them.
     *
     * @param pieces one more than holes; may be empty
     */
    public static Document ofPieces(List<String> pieces, List<Hole> holes) {
        check(
                pieces.size() == holes.size() + 1,
                "%d pieces of text have %d holes between them, got %d",
                pieces.size(),
                pieces.size() - 1,
                holes.size());
        Builder builder = new Builder();
        builder.text(pieces.getFirst());
        for (int i = 0; i < holes.size(); i++) {
            builder.hole(holes.get(i));
            builder.text(pieces.get(i + 1));
        }
        return builder.build();
    }

    /** The holes from left to right. */
    public List<Hole> holes() {
        return segments.stream()
                .filter(Hole.class::isInstance)
                .map(Hole.class::cast)
                .toList();
    }

    /**
     * The lengths of the canvas that it becomes.
     *
     * @param given tokens of its text, 0 where that is not known yet
     */
    public CanvasShape shape(long given) {
        return new CanvasShape(given, holes().stream().map(Hole::tokens).toList(), segments.getLast() instanceof Hole);
    }

    /** Whether the length of a hole is to be found. */
    public boolean isOpen() {
        return holes().stream().anyMatch(Hole::open);
    }

    /** How many {@link #MARKER}s stand in the text that stays, as they can where ranges say what the holes are. */
    public long numMarkersLeft() {
        Pattern marker = Pattern.compile(Pattern.quote(MARKER));
        return segments.stream()
                .filter(Text.class::isInstance)
                .mapToLong(segment ->
                        marker.matcher(((Text) segment).text()).results().count())
                .sum();
    }

    /** What of the text beside each hole the model does not see, from left to right. */
    public List<HiddenText> hidden() {
        return IntStream.range(0, segments.size())
                .filter(i -> segments.get(i) instanceof Hole)
                .mapToObj(i -> new HiddenText(
                        i == 0 ? "" : seen(i - 1).hiddenEnd(),
                        i == segments.size() - 1 ? "" : seen(i + 1).hiddenStart()))
                .toList();
    }

    /** What the model sees of the text that is the segment of that index. */
    HiddenText.Seen seen(int index) {
        return HiddenText.Seen.of(((Text) segments.get(index)).text(), index > 0, index < segments.size() - 1);
    }

    /** The text with the holes replaced: {@code answers} has one text per hole. */
    public String fill(List<String> answers) {
        int numHoles = holes().size();
        check(answers.size() == numHoles, "the document has %d hole(s), got %d answer(s)", numHoles, answers.size());
        StringBuilder text = new StringBuilder();
        int next = 0;
        for (Segment segment : segments) {
            switch (segment) {
                case Text(String piece) -> text.append(piece);
                case Hole _ -> text.append(answers.get(next++));
            }
        }
        return text.toString();
    }

    private static List<Hole> holes(int[] tokens) {
        return tokens.length == 0
                ? List.of(Hole.auto())
                : Arrays.stream(tokens).mapToObj(Hole::new).toList();
    }

    private static void checkCounts(int numHoles, List<Hole> holes) {
        check(
                holes.size() == 1 || holes.size() == numHoles,
                "%d holes need one token count for all or one for each, got %d counts",
                numHoles,
                holes.size());
    }

    private static final class Builder {
        private final List<Segment> segments = new ArrayList<>();

        void text(String text) {
            if (!text.isEmpty()) {
                segments.add(new Text(text));
            }
        }

        void hole(Hole hole) {
            segments.add(hole);
        }

        Document build() {
            return new Document(segments);
        }
    }
}
