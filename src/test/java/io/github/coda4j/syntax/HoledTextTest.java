package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** In the texts {@code §} marks a hole. */
class HoledTextTest {
    @Test
    void answers_that_break_a_sound_text_are_told_from_those_that_do_not() {
        assertThat(verdicts(
                        Grammar.JAVA,
                        "class A { int f() { return §; } }",
                        "1",
                        "",
                        "1; } int g() { return 2",
                        "1;}",
                        "("))
                .containsExactly(Verdict.PARSES, Verdict.PARSES, Verdict.PARSES, Verdict.BREAKS, Verdict.BREAKS);
        assertThat(verdicts(Grammar.JAVA, "class A { int x = §; }", "1", "", "\"\uD83D\uDE00\"", "\"\uD83D\uDE00"))
                .containsExactly(Verdict.PARSES, Verdict.BREAKS, Verdict.PARSES, Verdict.BREAKS);
        assertThat(verdicts(Grammar.PYTHON, "def f(x):\n    §\n", "return x", "return (", "else:"))
                .containsExactly(Verdict.PARSES, Verdict.BREAKS, Verdict.BREAKS);
        assertThat(verdicts(Grammar.RUST, "fn f() -> i32 { § }", "1", "1 +"))
                .containsExactly(Verdict.PARSES, Verdict.BREAKS);
    }

    @Test
    void a_text_that_is_broken_elsewhere_switches_the_verdict_off_and_says_where() {
        String text = "class A {\n  int f() { return §; }\n  int g( { }\n}\n";
        assertThat(off(Grammar.JAVA, text))
                .get()
                .asString()
                .startsWith("line 3 does not parse as Java before anything is filled in");
        assertThat(verdicts(Grammar.JAVA, text, "1", "1;}")).containsOnly(Verdict.UNKNOWN);
        assertThat(off(Grammar.JAVA, "class A {\n  int f() { return §; }\n}\n")).isEmpty();
    }

    @Test
    void an_answer_with_which_all_parses_proves_the_text_sound() {
        String text = "class A {\n  void f() {\n    §\n      g();\n    }\n  }\n  void h() { }\n}\n";
        assertThat(off(Grammar.JAVA, text))
                .as("a bracket too many far from the hole")
                .isNotEmpty();
        assertThat(verdicts(Grammar.JAVA, text, "g();")).containsExactly(Verdict.UNKNOWN);
        assertThat(verdicts(Grammar.JAVA, text, "g();", "if (x) {")).containsExactly(Verdict.BREAKS, Verdict.PARSES);
    }

    @Test
    void errors_beside_a_hole_are_the_holes() {
        for (String text :
                List.of("class A { int x = 1 § 2; }", "class A { int f(§ { return 1; } }", "class A { § }")) {
            assertThat(off(Grammar.JAVA, text)).as(text).isEmpty();
        }
        assertThat(verdicts(Grammar.JAVA, "class A { int x = 1 § 2; }", "+", "1"))
                .containsExactly(Verdict.PARSES, Verdict.BREAKS);
    }

    @Test
    void several_holes_are_judged_together() {
        String text = "class A { int x = §; int y = §; }";
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            HoledText holed = new HoledText(parser, pieces(text));
            assertThat(holed.judge(List.of(List.of("1", "2"), List.of("1", ""), List.of("(", ")"))))
                    .containsExactly(Verdict.PARSES, Verdict.BREAKS, Verdict.BREAKS);
            assertThatThrownBy(() -> holed.judge(List.of(List.of("1"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the text has 2 hole(s), got 1 answer(s)");
        }
    }

    @Test
    void scopes_are_of_the_text_with_nothing_in_its_holes() {
        String text = "import a.B;\nclass A {\n  int x = §;\n  int f() {\n    return §;\n  }\n}\n";
        String empty = text.replace("§", "");
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            HoledText holed = new HoledText(parser, pieces(text));
            assertThat(holed.scopes()).hasSize(2);
            assertThat(holed.scopes().get(0).signatures().stream().map(range -> range.of(empty)))
                    .containsExactly("class A {\n");
            assertThat(holed.scopes().get(1).imports().stream().map(range -> range.of(empty)))
                    .containsExactly("import a.B;\n");
            assertThat(holed.scopes().get(1).signatures().stream().map(range -> range.of(empty)))
                    .containsExactly("class A {\n", "  int f() {\n");
        }
    }

    @Test
    void doubtful_names_are_counted_in_the_answers_alone() {
        String text = "class A extends B { int f() { return § + q; } int g() { return §; } int h() { return r1; } }";
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            HoledText holed = new HoledText(parser, pieces(text));
            assertThat(holed.faults(List.of("1", "2"), 9)).isEqualTo(Faults.NONE);
            assertThat(holed.faults(List.of("1 + ".repeat(10) + "2", "3"), 9)).isEqualTo(Faults.NONE);
            assertThat(holed.faults(List.of("madeUp", "q"), 9)).isEqualTo(new Faults(0, 1, 0));
            assertThat(holed.faults(List.of("\"\".length()", "madeUp"), 9)).isEqualTo(new Faults(0, 1, 0));
            assertThat(holed.faults(List.of("r1", "r + s"), 9)).isEqualTo(new Faults(0, 2, 0));
            assertThat(holed.faults(List.of("1", "1; } int g() { return r"), 9)).isEqualTo(new Faults(1, 1, 0));
            assertThat(holed.faults(List.of("1", "1; } int g() { return r"), 0)).isEqualTo(new Faults(0, 1, 0));
            assertThatThrownBy(() -> holed.faults(List.of("1"), 9)).isInstanceOf(IllegalArgumentException.class);
        }
        try (SourceParser parser = Grammar.PYTHON.open().orElseThrow()) {
            assertThat(new HoledText(parser, List.of("class A(B):\n    x = ", "\n")).faults(List.of("q"), 9))
                    .isEqualTo(Faults.NONE);
        }
    }

    @Test
    void a_text_that_is_too_long_has_no_verdict_and_no_scope() {
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            HoledText holed = new HoledText(
                    parser, List.of("class A { int x = ", ";" + " ".repeat(SourceParser.MAX_CHARS) + "}"));
            assertThat(holed.off().orElseThrow()).contains("too long");
            assertThat(holed.scopes()).containsExactly(Scope.NONE);
            assertThat(holed.judge(List.of(List.of("1")))).containsExactly(Verdict.UNKNOWN);
        }
    }

    private static List<Verdict> verdicts(Grammar grammar, String text, String... answers) {
        try (SourceParser parser = grammar.open().orElseThrow()) {
            return new HoledText(parser, pieces(text))
                    .judge(Stream.of(answers).map(List::of).toList());
        }
    }

    private static Optional<String> off(Grammar grammar, String text) {
        try (SourceParser parser = grammar.open().orElseThrow()) {
            return new HoledText(parser, pieces(text)).off();
        }
    }

    private static List<String> pieces(String text) {
        return List.of(text.split(Pattern.quote("§"), -1));
    }
}
