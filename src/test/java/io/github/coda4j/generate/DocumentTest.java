package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.generate.Document.Hole;
import io.github.coda4j.generate.Document.Text;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
    private static final String FILE = "def f(x):\n    return x\n\nprint(f(1))";

    @Test
    void a_completion_is_a_document_whose_last_hole_is_at_the_end() {
        assertThat(Document.completion("def f", 7).segments()).containsExactly(new Text("def f"), new Hole(7));
        assertThat(Document.completion("", 7).segments()).containsExactly(new Hole(7));
    }

    @Test
    void markers_become_holes_with_one_count_for_all_or_one_for_each() {
        assertThat(Document.parse("a<|hole|>b<|hole|>", 4).segments())
                .containsExactly(new Text("a"), new Hole(4), new Text("b"), new Hole(4));
        assertThat(Document.parse("<|hole|>a<|hole|>b", 4, 5).segments())
                .containsExactly(new Hole(4), new Text("a"), new Hole(5), new Text("b"));
    }

    @Test
    void text_without_a_marker_or_with_another_number_of_counts_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.parse("a", 4))
                .withMessage("no <|hole|> in the text: put one where something is to be generated");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.parse("<|hole|>a<|hole|>b<|hole|>", 4, 5))
                .withMessageContaining("3 holes need one token count for all or one for each, got 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.parse("<|hole|>", 0))
                .withMessageContaining("at least 1 token, got 0");
    }

    @Test
    void a_document_without_a_hole_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Document(List.of(new Text("a"))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges("a", List.of(), 4))
                .withMessage("no hole given: nothing to generate");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges("a", List.of(HoleRange.parse("1:1-1:1")), 4, 5))
                .withMessageContaining("1 holes need one token count for all or one for each, got 2");
    }

    @ParameterizedTest
    @CsvSource({
        "1:1-1:1, ''",
        "1:1-1:4, def",
        "2:12-2:12, ''",
        "2:5-2:13, return x",
        "2:13-2:13, ''",
        "2:1-3:1, '    return x\n'",
        "2:13-4:1, '\n\n'",
        "4:1-4:12, print(f(1))",
        "4:12-4:12, ''",
        "1:1-4:12, 'def f(x):\n    return x\n\nprint(f(1))'"
    })
    void a_range_cuts_from_its_start_up_to_its_end(String range, String cut) {
        Document document = Document.ofRanges(FILE, List.of(HoleRange.parse(range)), 8);
        assertThat(document.fill(List.of(cut))).isEqualTo(FILE);
        assertThat(document.fill(List.of("")).length()).isEqualTo(FILE.length() - cut.length());
    }

    @Test
    void line_ends_of_every_kind_stay_as_they_are_outside_the_holes() {
        String text = "\uFEFFone\r\ntwo\r\n\r\nfour\nfive\rsix\r\n";
        Document document = Document.ofRanges(text, List.of(HoleRange.parse("2:1-2:4"), HoleRange.parse("6:1-6:4")), 8);
        assertThat(document.fill(List.of("2", "6"))).isEqualTo("\uFEFFone\r\n2\r\n\r\nfour\nfive\r6\r\n");
    }

    @Test
    void a_carriage_return_at_the_very_end_ends_a_line() {
        Document document = Document.ofRanges("a\r\rb\r", List.of(HoleRange.parse("4:1-4:1")), 8);
        assertThat(document.segments()).containsExactly(new Text("a\r\rb\r"), new Hole(8));
    }

    @Test
    void columns_count_characters_and_not_their_halves() {
        Document document = Document.ofRanges("a😀b\n", List.of(HoleRange.parse("1:3-1:4")), 8);
        assertThat(document.segments()).containsExactly(new Text("a😀"), new Hole(8), new Text("\n"));
    }

    @Test
    void a_hole_at_the_very_start_and_end_leaves_no_empty_text() {
        Document document =
                Document.ofRanges("abc", List.of(HoleRange.parse("1:3-1:4"), HoleRange.parse("1:1-1:2")), 5, 6);
        assertThat(document.segments()).containsExactly(new Hole(6), new Text("b"), new Hole(5));
        assertThat(Document.ofRanges("", List.of(HoleRange.parse("1:1-1:1")), 3).segments())
                .containsExactly(new Hole(3));
        assertThat(Document.ofRanges("a\n", List.of(HoleRange.parse("2:1-2:1")), 3)
                        .segments())
                .containsExactly(new Text("a\n"), new Hole(3));
    }

    @ParameterizedTest
    @CsvSource({
        "5:1-5:1, 'line 5 asked for, the file ends at line 4 column 12'",
        "4:1-9:1, 'line 9 asked for, the file ends at line 4 column 12'",
        "2:14-3:1, 'column 14 of line 2 asked for, that line ends at column 13 (the file has 4 lines)'",
        "3:1-3:2, 'column 2 of line 3 asked for, that line ends at column 1 (the file has 4 lines)'"
    })
    void a_hole_outside_the_file_is_refused_with_the_extent_of_the_file(String range, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges(FILE, List.of(HoleRange.parse(range)), 8))
                .withMessage("hole " + range + " is outside the file: " + message);
    }

    @ParameterizedTest
    @CsvSource({"1:1-1:4, 1:3-1:5", "1:1-2:1, 1:2-1:2", "1:1-1:4, 1:1-1:2", "1:1-1:4, 1:1-1:4"})
    void overlapping_holes_are_refused(String one, String other) {
        List<HoleRange> ranges = List.of(HoleRange.parse(one), HoleRange.parse(other));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges(FILE, ranges, 8))
                .withMessageContaining("overlaps");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges(FILE, ranges.reversed(), 8))
                .withMessageContaining("overlaps");
    }

    @ParameterizedTest
    @CsvSource({"1:1-1:4, 1:4-1:6", "1:3-1:3, 1:3-1:3", "1:3-1:3, 1:3-1:5"})
    void holes_with_nothing_between_them_are_refused(String one, String other) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.ofRanges(FILE, List.of(HoleRange.parse(other), HoleRange.parse(one)), 8))
                .withMessageContaining("touches");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.parse("a<|hole|><|hole|>", 4))
                .withMessage("segments 1 and 2 of the document are both holes: make one of them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3:1", "3:1-4", "a:1-2:2", "1:1-1:-1", "1:1..2:2", "99999999999:1-2:2"})
    void a_range_that_is_not_written_as_one_is_refused_with_an_example(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HoleRange.parse(text))
                .withMessage("a hole is written LINE:COL-LINE:COL, for example 3:5-3:20, got '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0:1-1:1", "1:0-1:1", "2:1-1:9", "1:5-1:4"})
    void a_range_that_counts_from_0_or_runs_backwards_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HoleRange.parse(text))
                .withMessageContaining(text);
    }

    @Test
    void a_marker_in_text_with_ranges_is_text() {
        Document document = Document.ofRanges("<|hole|>", List.of(HoleRange.parse("1:9-1:9")), 4);
        assertThat(document.holes()).hasSize(1);
        assertThat(document.fill(List.of("x"))).isEqualTo("<|hole|>x");
    }

    @Test
    void filling_needs_one_answer_for_each_hole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.parse("<|hole|>", 4).fill(List.of("a", "b")))
                .withMessage("the document has 1 hole(s), got 2 answer(s)");
    }
}
