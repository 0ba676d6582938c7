package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.Document;
import io.github.coda4j.generate.HiddenText;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.testkit.ByteTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;

class CanvasViewTest {
    private static final int MASK = ByteTokenizer.MASK;

    private final CanvasPicture picture = new CanvasPicture(new ByteTokenizer(), MASK, true, List.of());

    @Test
    void a_picture_shows_what_is_given_committed_new_and_masked() {
        picture.accept(step(0, "ab" + "?".repeat(3) + "c", 2));
        AttributedString first = picture.text();
        assertThat(first.toString()).isEqualTo("abx\u2591\u2591c");
        assertThat(first.styleAt(0)).isEqualTo(AttributedStyle.DEFAULT.faint());
        assertThat(first.styleAt(2)).isEqualTo(AttributedStyle.DEFAULT.bold().foreground(AttributedStyle.GREEN));
        assertThat(first.styleAt(3)).isEqualTo(AttributedStyle.DEFAULT.faint());
        assertThat(picture.status()).isEqualTo("step 1: 1 of 3 tokens");
        picture.accept(step(1, "abx" + "??c", 3));
        AttributedString second = picture.text();
        assertThat(second.toString()).isEqualTo("abxx\u2591c");
        assertThat(second.styleAt(2)).isEqualTo(AttributedStyle.DEFAULT);
        assertThat(second.styleAt(3)).isEqualTo(first.styleAt(2));
        assertThat(picture.status()).isEqualTo("step 2: 2 of 3 tokens");
    }

    @Test
    void the_given_text_can_be_left_out() {
        CanvasPicture answer = new CanvasPicture(new ByteTokenizer(), MASK, false, List.of());
        answer.accept(step(0, "prompt??", 6));
        assertThat(answer.text().toString()).isEqualTo("x\u2591");
    }

    @Test
    void text_that_the_model_does_not_see_stands_beside_the_hole_until_the_answer_brings_it() {
        List<HiddenText> hidden = Document.parse("a <|hole|>\nb", 2).hidden();
        CanvasPicture open = new CanvasPicture(new ByteTokenizer(), MASK, true, hidden);
        open.accept(new StepEvent(0, List.of(), new int[] {'a', MASK, MASK, 'b'}));
        assertThat(open.text().toString()).isEqualTo("a \u2591\u2591\nb");
        open.accept(new StepEvent(1, List.of(), new int[] {'a', ' ', '\n', 'b'}));
        assertThat(open.text().toString()).isEqualTo("a \nb");
        open.accept(new StepEvent(2, List.of(), new int[] {'a', 'c', ';', 'b'}));
        assertThat(open.text().toString()).isEqualTo("a c;\nb");
    }

    @Test
    void nothing_that_moves_the_cursor_gets_through() {
        picture.accept(new StepEvent(
                0, List.of(), new int[] {0x1B, '[', '2', 'J', '\t', 7, '\r', '\n', ByteTokenizer.END, MASK}));
        assertThat(picture.text().toString()).isEqualTo("\uFFFD[2J    \uFFFD\n\u220E\u2591");
    }

    @Test
    void characters_of_several_tokens_are_put_together() {
        picture.accept(new StepEvent(0, List.of(), new int[] {0xC3, 0xA9, MASK}));
        assertThat(picture.text().toString()).isEqualTo("\u00E9\u2591");
    }

    @Test
    void a_frame_fits_the_terminal_and_shows_the_first_mask() {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < 50; line++) {
            text.append("line ")
                    .append(line)
                    .append(line == 30 ? "\u2591\u2591" : "")
                    .append('\n');
        }
        List<String> frame = lines(CanvasView.frame(new AttributedString(text), "status", 40, 10));
        assertThat(frame).hasSize(9).contains("line 30\u2591\u2591").endsWith("status");
        assertThat(frame.getFirst()).isEqualTo("line 26");
        assertThat(lines(CanvasView.frame(new AttributedString("a".repeat(25)), "a long status", 10, 24)))
                .containsExactly("aaaaaaaaaa", "aaaaaaaaaa", "aaaaa", "a long sta");
        assertThat(lines(CanvasView.frame(new AttributedString("a\nb\nc"), "s", 1, 1)))
                .hasSize(2);
    }

    @Test
    void wide_characters_count_twice() {
        assertThat(lines(CanvasView.frame(new AttributedString("\u6F22\u5B57\u6F22"), "", 4, 24)))
                .startsWith("\u6F22\u5B57", "\u6F22");
    }

    @Test
    void a_terminal_is_redrawn_in_place_and_left_clean() {
        FakeTerminal terminal = new FakeTerminal(40, 10);
        AtomicLong clock = new AtomicLong();
        try (CanvasView view = CanvasView.onTerminal(picture, terminal.terminal(), clock::get)) {
            view.onStep(step(0, "a??", 1));
            assertThat(rows(terminal)).startsWith("ax\u2591", "step 1: 1 of 2 tokens", "");
            view.onStep(step(1, "ax?", 2));
            assertThat(rows(terminal))
                    .as("too soon for a second picture")
                    .startsWith("ax\u2591", "step 1: 1 of 2 tokens");
            clock.addAndGet(40_000_000);
            view.onStep(step(2, "ax?", 2));
            assertThat(rows(terminal)).startsWith("axx", "step 3: 2 of 2 tokens", "");
        }
        assertThat(rows(terminal)).allMatch(String::isBlank);
    }

    private static List<String> rows(FakeTerminal terminal) {
        return terminal.screen().lines().map(String::stripTrailing).toList();
    }

    /**
     * A step after which the canvas is this text, question marks being masks; the position is committed to an x in it.
     */
    private static StepEvent step(int step, String text, int committed) {
        int[] canvas = text.chars().map(c -> c == '?' ? MASK : c).toArray();
        canvas[committed] = 'x';
        return new StepEvent(step, List.of(new CommitEvent(step, committed, 'x', 1, 1)), canvas);
    }

    private static List<String> lines(List<AttributedString> frame) {
        return new ArrayList<>(frame.stream().map(AttributedString::toString).toList());
    }
}
