package io.github.coda4j.generate;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.syntax.HoledText;
import io.github.coda4j.syntax.Scope;
import io.github.coda4j.syntax.SourceParser;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A document in parts that a model can see, one after the other.
 *
 * <p>A document that fits is one part: itself. Of any other each part holds one hole or several that are near each
 * other (the text between two takes at most a quarter of the budget, the whole from the first to the last three
 * quarters), and the nearest text on both sides, in whole lines. Parts come from left to right. A part sees the answers
 * of the parts before it as it sees text; it ends before the line of the first hole that is not its own. Lines before
 * the part that say where it is, imports and the signatures of the classes and functions around the hole, are put in
 * front of it, where they may take a quarter of the room for text; signatures come first.
 *
 * <p>What is far from all holes is never tokenized. Not safe for use by several threads.
 */
public final class DocumentWindows {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentWindows.class);

    /** A text of this many chars for each token of the budget is tokenized whole to see whether it fits. */
    private static final int CHARS_PER_TOKEN = 8;

    /** Of the budget: the most tokens between two holes that share a part. */
    private static final int GAP_PART = 4;
    /** Of the room for text: the most tokens of a header. */
    private static final int HEADER_PART = 4;
    /** How often a header may grow because its text has less room. */
    private static final int HEADER_ROUNDS = 4;

    /** Tokens that are kept free for an open hole: most answers are shorter than its ceiling. */
    private static final int OPEN_HOLE = 16;

    private final Document document;
    private final WindowOptions options;
    private final int budget;
    /** Whether open holes may turn out longer than what is kept free for them: the model takes more than the budget. */
    private final boolean lean;

    private final Tokenizer tokenizer;
    /** The whole in tokens, where that was needed. */
    private final Optional<EncodedDocument> whole;

    private final boolean fits;
    private final List<Group> groups;
    private final FilledText text;
    private final List<Scope> scopes;
    private final SeenText seen;

    private int index;
    private EncodedDocument encoded;

    /**
     * Neighboring holes that share a part.
     *
     * @param between tokens of the text between them
     */
    private record Group(int first, int size, int between) {
        int end() {
            return first + size;
        }
    }

    /** The text on both sides of a group. */
    private record Sides(TokenReach before, TokenReach after, int hiddenAfter) {
        int afterChars() {
            return hiddenAfter + after.distance();
        }
    }

    private DocumentWindows(Document document, WindowOptions options, int maxPositions, Tokenizer tokenizer) {
        this.document = document;
        this.options = options;
        this.budget = options.budget(maxPositions);
        this.lean = budget + excess(document) <= maxPositions;
        this.tokenizer = tokenizer;
        WindowOptions.checkHoles(document, budget);
        this.text = new FilledText(document);
        this.seen = new SeenText(text.emptyLength());
        this.whole = mayFit() ? Optional.of(EncodedDocument.of(document, tokenizer)) : Optional.empty();
        this.fits = whole.isPresent() && length(whole.get()) <= budget;
        this.groups = fits ? List.of(new Group(0, text.numHoles(), 0)) : groups();
        this.scopes = fits ? Collections.nCopies(text.numHoles(), Scope.NONE) : scopes();
    }

    /**
     * Plans the parts. Only the nearest text is looked at.
     *
     * @param maxPositions the longest sequence of the model
     * @throws IllegalArgumentException if more context is asked for than the model takes, or a hole does not fit in it
     */
    public static DocumentWindows of(Document document, WindowOptions options, int maxPositions, Tokenizer tokenizer) {
        return new DocumentWindows(document, options, maxPositions, tokenizer);
    }

    /** Whether the only part is the whole document. */
    public boolean whole() {
        return fits;
    }

    /** How many parts there are. */
    public int count() {
        return groups.size();
    }

    /** Whether there is another part. */
    public boolean hasNext() {
        return index < groups.size();
    }

    /**
     * The next part.
     *
     * @param answers to the holes of the part before it, which it may see; none for the first part
     */
    public Window next(List<String> answers) {
        check(hasNext(), "the document has %d parts and all were asked for", groups.size());
        int expected = index == 0 ? 0 : groups.get(index - 1).size();
        check(answers.size() == expected, "the part before has %d hole(s), got %d answer(s)", expected, answers.size());
        text.fill(answers);
        Group group = groups.get(index++);
        return fits ? wholeWindow() : cut(group);
    }

    /**
     * The text of the whole document before, between and after the holes of the part that {@link #next} gave last:
     * holes before it are filled, holes behind it left out.
     */
    List<String> pieces() {
        Group group = groups.get(index - 1);
        List<String> pieces = new ArrayList<>();
        pieces.add(text.filled().toString());
        for (int hole = group.first() + 1; hole < group.end(); hole++) {
            pieces.add(text.piece(hole));
        }
        pieces.add(IntStream.rangeClosed(group.end(), text.numHoles())
                .mapToObj(text::piece)
                .collect(Collectors.joining()));
        return pieces;
    }

    /** The tokens of the part that {@link #next} gave last. */
    EncodedDocument encoded() {
        return encoded;
    }

    /** Tokens of the document's text; estimated from the parts so far where it was not tokenized. */
    long documentTokens() {
        return whole.map(EncodedDocument::given).orElseGet(() -> seen.tokensOf(text.emptyLength()));
    }

    /** About how many of them are in no part so far. */
    long leftOutTokens() {
        return Math.min(documentTokens(), seen.tokensOf(seen.unseenChars()));
    }

    /** By how much open holes may outgrow what is kept free for them. */
    private static long excess(Document document) {
        return document.holes().stream()
                .filter(Document.Hole::open)
                .mapToLong(hole -> Math.max(0, hole.tokens() - OPEN_HOLE))
                .sum();
    }

    private int kept(Document.Hole hole) {
        return lean && hole.open() ? Math.min(hole.tokens(), OPEN_HOLE) : hole.tokens();
    }

    private long kept(Document part) {
        return part.holes().stream().mapToLong(this::kept).sum();
    }

    /** Tokens of a part with what is kept free for its holes. */
    private long length(EncodedDocument part) {
        return part.given() + kept(part.document());
    }

    private Window wholeWindow() {
        encoded = whole.orElseThrow();
        seen.add(0, text.emptyLength());
        return new Window(document, 0, "", Math.toIntExact(length(encoded)), 0, 0);
    }

    /** Whether it is short enough, or dense enough, to be tokenized whole. */
    private boolean mayFit() {
        if (text.emptyLength() <= (long) CHARS_PER_TOKEN * budget) {
            return true;
        }
        long tokens = kept(document);
        for (int piece = 0; piece <= text.numHoles(); piece++) {
            TokenReach reach = TokenReach.on(
                    tokenizer, text.piece(piece), 0, text.piece(piece).length());
            long slack = budget / 16 + 16;
            reach.growTo((int) Math.min(Integer.MAX_VALUE, Math.max(0, budget + slack - tokens)));
            tokens += reach.tokens();
            if (!reach.exhausted()) {
                return false;
            }
        }
        return true;
    }

    private List<Group> groups() {
        List<Group> found = new ArrayList<>();
        int first = 0;
        int between = 0;
        long span = kept(text.hole(0));
        for (int hole = 1; hole < text.numHoles(); hole++) {
            String piece = text.piece(hole);
            TokenReach gap = TokenReach.on(tokenizer, piece, 0, piece.length());
            gap.growTo(budget / GAP_PART);
            long wider = span + gap.tokens() + kept(text.hole(hole));
            if (gap.exhausted() && wider <= budget - budget / GAP_PART) {
                between += gap.tokens();
                span = wider;
            } else {
                found.add(new Group(first, hole - first, between));
                first = hole;
                between = 0;
                span = kept(text.hole(hole));
            }
        }
        found.add(new Group(first, text.numHoles() - first, between));
        return found;
    }

    private List<Scope> scopes() {
        List<Scope> none = Collections.nCopies(text.numHoles(), Scope.NONE);
        if (options.grammar().isEmpty()) {
            return none;
        }
        try (SourceParser parser = options.grammar().get().open().orElse(null)) {
            if (parser == null) {
                LOG.info("{}", options.grammar().get().missing().orElse("no grammar"));
                return none;
            }
            return new HoledText(
                            parser,
                            IntStream.rangeClosed(0, text.numHoles())
                                    .mapToObj(text::piece)
                                    .toList())
                    .scopes();
        }
    }

    private Window cut(Group group) {
        int holes = IntStream.range(group.first(), group.end())
                .map(hole -> kept(text.hole(hole)))
                .sum();
        int room = Math.max(0, budget - holes - group.between());
        while (true) {
            WindowHeader header = WindowHeader.NONE;
            Sides sides = sides(group, room);
            // A header takes room from the text, and less text may need more of a header.
            for (int round = 0; round <= HEADER_ROUNDS; round++) {
                int most = round < HEADER_ROUNDS ? room / HEADER_PART : header.tokens();
                int reserved = header.tokens();
                header = WindowHeader.of(tokenizer, text, scopes.get(group.first()), start(sides), most);
                if (header.tokens() <= reserved) {
                    break;
                }
                sides = sides(group, room - header.tokens());
            }
            Document part = part(group, header, sides);
            encoded = EncodedDocument.of(part, tokenizer);
            long excess = length(encoded) - budget;
            if (excess <= 0 || room == 0) {
                return window(group, part, header, sides);
            }
            room = (int) Math.max(0, room - excess);
        }
    }

    private Window window(Group group, Document part, WindowHeader header, Sides sides) {
        int end = text.emptyOffset(group.end() - 1) + sides.afterChars();
        seen.add(text.emptyIndex(start(sides)), end);
        header.ranges().forEach(range -> seen.add(text.emptyIndex(range.start()), text.emptyIndex(range.end())));
        int chars = part.segments().stream()
                .mapToInt(segment -> segment instanceof Document.Text(String piece) ? piece.length() : 0)
                .sum();
        seen.count(chars, encoded.given());
        return new Window(
                part,
                group.first(),
                header.text(),
                Math.toIntExact(length(encoded)),
                seen.tokensOf(start(sides) - header.text().length()),
                seen.tokensOf(text.emptyLength() - end));
    }

    private int start(Sides sides) {
        return text.length() - sides.before().distance();
    }

    /** As much text on both sides as the room allows, some of it behind the holes where there is any. */
    private Sides sides(Group group, int room) {
        String after = text.piece(group.end());
        int hidden = 0;
        while (hidden < after.length() && (after.charAt(hidden) == '\n' || after.charAt(hidden) == '\r')) {
            hidden++;
        }
        int end = group.end() == text.numHoles() ? after.length() : lastLine(after, hidden);
        TokenReach onRight = TokenReach.on(tokenizer, after, hidden, end);
        TokenReach onLeft = TokenReach.back(tokenizer, text.filled(), text.length());
        int least = end > hidden ? 1 : 0;
        int left = Math.min((int) (room * options.before()), room - least);
        onLeft.growTo(left);
        onRight.growTo(room - left);
        // What whole lines left over goes to the side that lacks more.
        if (left - onLeft.tokens() < room - left - onRight.tokens()) {
            onRight.growTo(room - onLeft.tokens());
        }
        onLeft.growTo(room - onRight.tokens());
        onRight.growTo(room - onLeft.tokens());
        return new Sides(onLeft, onRight, hidden);
    }

    /** Where the last line begins, if behind that place; the length otherwise. */
    private static int lastLine(String after, int least) {
        int start = after.length();
        while (start > least && !TokenReach.isLineStart(after, start)) {
            start--;
        }
        return start == least ? after.length() : start;
    }

    private Document part(Group group, WindowHeader header, Sides sides) {
        List<Document.Segment> segments = new ArrayList<>();
        add(segments, header.text() + text.filled().substring(start(sides)));
        for (int hole = group.first(); hole < group.end(); hole++) {
            segments.add(text.hole(hole));
            String next = text.piece(hole + 1);
            add(segments, hole + 1 < group.end() ? next : next.substring(0, sides.afterChars()));
        }
        return new Document(segments);
    }

    private static void add(List<Document.Segment> segments, String piece) {
        if (!piece.isEmpty()) {
            segments.add(new Document.Text(piece));
        }
    }
}
