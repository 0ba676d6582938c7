package io.github.coda4j.generate;

import io.github.coda4j.syntax.Scope;
import io.github.coda4j.syntax.TextRange;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lines from above a part of a document that say where the part is.
 *
 * @param text the lines, each with its line end
 * @param ranges where they are in the filled text
 * @param tokens about how many tokens they take
 */
record WindowHeader(String text, List<TextRange> ranges, int tokens) {
    static final WindowHeader NONE = new WindowHeader("", List.of(), 0);

    /**
     * The lines of a scope that stand above a part: signatures from the innermost outwards, then imports from the top,
     * as long as they fit.
     *
     * @param start where the part begins in the filled text
     * @param most how many tokens they may take
     */
    static WindowHeader of(Tokenizer tokenizer, FilledText text, Scope scope, int start, int most) {
        List<TextRange> lines = Stream.concat(scope.signatures().reversed().stream(), scope.imports().stream())
                .flatMap(range -> lines(text, range).stream())
                .filter(line -> line.end() <= start)
                .toList();
        List<TextRange> kept = new ArrayList<>();
        int tokens = 0;
        for (TextRange line : lines) {
            int more = tokenizer.encodeOrdinary(text.filled().substring(line.start(), line.end())).length;
            if (tokens + more > most) {
                break;
            }
            tokens += more;
            kept.add(line);
        }
        kept.sort(Comparator.comparingInt(TextRange::start));
        String joined = kept.stream()
                .map(line -> text.filled().substring(line.start(), line.end()))
                .collect(Collectors.joining());
        return new WindowHeader(joined, kept, tokens);
    }

    /** The lines of a range of the empty text, as they are filled. */
    private static List<TextRange> lines(FilledText text, TextRange range) {
        List<TextRange> lines = new ArrayList<>();
        int end = text.filledIndex(range.end());
        int line = text.filledIndex(range.start());
        for (int index = line + 1; index <= end; index++) {
            if (index == end || TokenReach.isLineStart(text.filled(), index)) {
                lines.add(new TextRange(line, index));
                line = index;
            }
        }
        return lines;
    }
}
