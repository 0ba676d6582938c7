package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** In the texts the answer stands between « and ». */
class AnswerEndTest {
    @Test
    void a_line_is_the_first_one_with_something_in_it() {
        assertThat(line("a = 1;\nb = 2;\n")).isEqualTo("a = 1;");
        assertThat(line("\n  a = 1;\r\nb")).isEqualTo("\n  a = 1;");
        assertThat(line("a")).isEqualTo("a");
        assertThat(line(" \n ")).isEqualTo(" \n ");
        assertThat(line("")).isEmpty();
    }

    @Test
    void a_block_is_the_statement_that_the_answer_begins_with() {
        assertThat(block(Grammar.JAVA, "class A { void f() {\n  «if (x) {\n    y();\n  }\n  z();\n  » } }"))
                .isEqualTo("if (x) {\n    y();\n  }");
        assertThat(block(Grammar.JAVA, "class A {\n  «int f() { return 1; }\n\n  int g() { return 2; }\n»}"))
                .isEqualTo("int f() { return 1; }");
        assertThat(block(Grammar.PYTHON, "def f(x):\n    «for y in x:\n        g(y)\n    return x\n»\nz = 1\n"))
                .isEqualTo("for y in x:\n        g(y)");
        assertThat(block(Grammar.GO, "package a\nfunc f() {\n«\tx := 1\n\ty := 2\n»}\n"))
                .isEqualTo("\tx := 1");
        assertThat(block(Grammar.RUST, "fn f() {\n    «let x = \"\uD83D\uDE00\";\n    g(x);\n»}\n"))
                .isEqualTo("let x = \"\uD83D\uDE00\";");
        assertThat(block(Grammar.C, "#ifdef A\nint f() {\n  «g();\n  h();\n»}\n#endif\n"))
                .isEqualTo("g();");
    }

    @Test
    void a_block_is_the_statement_that_the_answer_completes() {
        assertThat(block(Grammar.JAVA, "class A { void f() {\n  if (x) «{\n    y();\n  }\n  z();» } }"))
                .isEqualTo("{\n    y();\n  }");
        assertThat(block(Grammar.JAVA, "class A { int f() { return «1; } int g() { return 2»; } }"))
                .isEqualTo("1");
        assertThat(block(Grammar.JAVA, "class A { int f() { return «1» + 2; } }"))
                .as("it ends behind the answer")
                .isEqualTo("none");
    }

    @Test
    void a_semicolon_is_not_doubled() {
        assertThat(block(Grammar.JAVA, "class A { void f() { x = «1; y = 2; z = 3»; } }"))
                .isEqualTo("1");
    }

    @Test
    void comments_and_doc_strings_belong_to_what_follows() {
        assertThat(block(Grammar.JAVA, "class A { void f() {\n  «// One.\n  /* Two. */\n  y();\n  z();» } }"))
                .isEqualTo("// One.\n  /* Two. */\n  y();");
        assertThat(block(Grammar.PYTHON, "def f(x):\n    «'''Doc.'''\n    y = x\n    return y\n»"))
                .isEqualTo("'''Doc.'''\n    y = x");
        assertThat(block(Grammar.RUST, "«#[test]\nfn f() {}\nfn g() {}\n»")).isEqualTo("#[test]\nfn f() {}");
        assertThat(block(Grammar.JAVA, "class A { void f() { «// One.\n» } }")).isEqualTo("none");
    }

    @Test
    void what_does_not_parse_or_is_blank_has_no_end() {
        assertThat(block(Grammar.JAVA, "class A { void f() { «if (x) { y(;\n }\n z(); » } }"))
                .isEqualTo("none");
        assertThat(block(Grammar.JAVA, "class A { void f() { « » } }")).isEqualTo("none");
        assertThat(block(Grammar.JAVA, "class A { void f() { «» y(); } }")).isEqualTo("none");
    }

    @Test
    void without_a_grammar_brackets_and_indentation_tell() {
        assertThat(layout("void f() {\n  «if (x) {\n    y();\n  }\n  z();\n» }"))
                .isEqualTo("if (x) {\n    y();\n  }");
        assertThat(layout("void f() {\n  «if (x) {\n    y();\n  }\n  else\n  {\n    z();\n  }\n  a();»\n}"))
                .as("else and an opening brace go on with it")
                .isEqualTo("if (x) {\n    y();\n  }\n  else\n  {\n    z();\n  }");
        assertThat(layout("def f(x):\n    «for y in x:\n        g(y)\n    return x\n»\nz = 1\n"))
                .isEqualTo("for y in x:\n        g(y)");
        assertThat(layout("f {\n«  a(\n  b,\n  c)\n    .d()\n  e()\n»}"))
                .as("lines in brackets and deeper ones belong to it")
                .isEqualTo("  a(\n  b,\n  c)\n    .d()");
        assertThat(layout("f {\n  «// One.\n  @Two\n  a();\n  b();»\n}")).isEqualTo("// One.\n  @Two\n  a();");
    }

    @Test
    void without_a_grammar_a_bracket_that_the_answer_did_not_open_ends_it() {
        assertThat(layout("f(«a, b[1]) + c»)")).isEqualTo("a, b[1]");
        assertThat(layout("f {\n  «a(\")}\", ')');\n}\nint g»")).as("quotes").isEqualTo("a(\")}\", ')');");
        assertThat(layout("x = «1; }\n»; y")).as("no second semicolon").isEqualTo("1");
        assertThat(layout("f {\n  «a(\n  b»")).isEqualTo("none");
        assertThat(layout("f {\n  «a();»\n}")).isEqualTo("none");
        assertThat(layout("«»")).isEqualTo("none");
    }

    private static String layout(String marked) {
        int start = marked.indexOf('«');
        int end = marked.indexOf('»');
        String answer = marked.substring(start + 1, end);
        OptionalInt length = AnswerEnd.ofBlock(marked.substring(0, start), answer, marked.substring(end + 1));
        return length.isPresent() ? answer.substring(0, length.getAsInt()) : "none";
    }

    private static String line(String answer) {
        return answer.substring(0, AnswerEnd.ofLine(answer));
    }

    private static String block(Grammar grammar, String marked) {
        int start = marked.indexOf('«');
        int end = marked.indexOf('»');
        String answer = marked.substring(start + 1, end);
        try (SourceParser parser = grammar.open().orElseThrow()) {
            OptionalInt length =
                    AnswerEnd.ofBlock(parser, marked.substring(0, start), answer, marked.substring(end + 1));
            return length.isPresent() ? answer.substring(0, length.getAsInt()) : "none";
        }
    }
}
