package io.github.coda4j.cli.answer;

import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.HiddenText;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * What a canvas under decoding looks like: what was given, what is committed, what is new in this step, and the masks.
 */
final class CanvasPicture {
    /** Stands for one mask. */
    static final char MASK = '\u2591';
    /** Stands for a control token, such as the end of the answer. */
    private static final char CONTROL = '\u220E';

    private static final String TAB = "    ";

    private final Tokenizer tokenizer;
    private final int maskId;
    private final boolean showsGiven;
    private List<HiddenText> hidden;
    private final BitSet generated = new BitSet();
    private final BitSet fresh = new BitSet();
    private int[] canvas = {};
    private int step;

    private enum Look {
        HIDDEN,
        GIVEN,
        COMMITTED,
        FRESH,
        MASKED
    }

    /**
     * @param showsGiven whether the text around the holes is part of the picture
     * @param hidden what of it beside each hole is not on the canvas; empty when nothing is
     */
    CanvasPicture(Tokenizer tokenizer, int maskId, boolean showsGiven, List<HiddenText> hidden) {
        this.tokenizer = tokenizer;
        this.maskId = maskId;
        this.showsGiven = showsGiven;
        this.hidden = List.copyOf(hidden);
    }

    /** Turns to another sequence; steps go on counting. */
    void restart(List<HiddenText> hiddenThere) {
        hidden = List.copyOf(hiddenThere);
        generated.clear();
    }

    /** Takes up what a step did. */
    void accept(StepEvent event) {
        canvas = event.canvas();
        step = event.step() + 1;
        fresh.clear();
        event.commits().stream().mapToInt(CommitEvent::position).forEach(fresh::set);
        // A canvas may grow, and be cut.
        generated.or(fresh);
        IntStream.range(0, canvas.length).filter(this::isMasked).forEach(generated::set);
        generated.clear(canvas.length, Math.max(canvas.length, generated.length()));
    }

    /** For example {@code step 12: 40 of 64 tokens}. */
    String status() {
        long masked = generated.stream().filter(this::isMasked).count();
        int all = generated.cardinality();
        return String.format(Locale.ROOT, "step %d: %d of %d tokens", step, all - masked, all);
    }

    /** The text with line ends and without any other control character. */
    AttributedString text() {
        AttributedStringBuilder text = new AttributedStringBuilder();
        int start = 0;
        int hole = 0;
        while (start < canvas.length) {
            boolean opens = showsGiven && generated.get(start) && (start == 0 || !generated.get(start - 1));
            if (opens && hole < hidden.size()) {
                text.styled(AttributedStyle.DEFAULT.faint(), missingBefore(hole, start));
            }
            Look look = look(start);
            int end = start + 1;
            while (end < canvas.length && look(end) == look) {
                end++;
            }
            append(text, look, start, end);
            if (showsGiven && generated.get(end - 1) && !generated.get(end)) {
                if (hole < hidden.size()) {
                    text.styled(AttributedStyle.DEFAULT.faint(), missingAfter(hole, end - 1));
                }
                hole++;
            }
            start = end;
        }
        return text.toAttributedString();
    }

    /** The hidden space before a hole, unless the first token of the hole brings it. */
    private String missingBefore(int hole, int first) {
        String before = hidden.get(hole).before();
        return !isMasked(first) && words(first, first + 1).startsWith(before) ? "" : before;
    }

    /** The hidden line ends after a hole, without those that its last token brings. */
    private String missingAfter(int hole, int last) {
        String after = printable(hidden.get(hole).after());
        String brought = isMasked(last) ? "" : words(last, last + 1);
        int same = 0;
        while (same < Math.min(after.length(), brought.length())
                && brought.charAt(brought.length() - 1 - same) == '\n') {
            same++;
        }
        return after.substring(same);
    }

    private void append(AttributedStringBuilder text, Look look, int start, int end) {
        AttributedStyle plain = AttributedStyle.DEFAULT;
        switch (look) {
            case HIDDEN -> {}
            case MASKED -> text.styled(plain.faint(), String.valueOf(MASK).repeat(end - start));
            case GIVEN -> text.styled(plain.faint(), words(start, end));
            case COMMITTED -> text.styled(plain, words(start, end));
            case FRESH -> text.styled(plain.bold().foreground(AttributedStyle.GREEN), words(start, end));
        }
    }

    private Look look(int position) {
        if (isMasked(position)) {
            return Look.MASKED;
        }
        if (!generated.get(position)) {
            return showsGiven ? Look.GIVEN : Look.HIDDEN;
        }
        return fresh.get(position) ? Look.FRESH : Look.COMMITTED;
    }

    private boolean isMasked(int position) {
        return canvas[position] == maskId;
    }

    private String words(int start, int end) {
        StringBuilder words = new StringBuilder();
        List<Integer> ordinary = new ArrayList<>();
        for (int position = start; position < end; position++) {
            if (tokenizer.isSpecial(canvas[position])) {
                flush(ordinary, words);
                words.append(CONTROL);
            } else {
                ordinary.add(canvas[position]);
            }
        }
        flush(ordinary, words);
        return printable(words.toString());
    }

    private void flush(List<Integer> ids, StringBuilder words) {
        words.append(tokenizer.decode(ids.stream().mapToInt(id -> id).toArray()));
        ids.clear();
    }

    /** Text of a model may hold anything, also what would move the cursor. */
    private static String printable(String text) {
        StringBuilder safe = new StringBuilder();
        text.replace("\r\n", "\n").replace("\t", TAB).codePoints().forEach(c -> {
            boolean shown = c == '\n' || !Character.isISOControl(c);
            safe.appendCodePoint(shown ? c : '\uFFFD');
        });
        return safe.toString();
    }
}
