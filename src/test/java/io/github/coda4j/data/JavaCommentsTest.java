package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JavaCommentsTest {
    @Test
    void comments_go_with_their_lines_and_everything_else_stays() {
        String text = """
                /*
                 * Licensed to nobody.
                 */

                package a; // where

                /** A class. */
                class A {
                    String url = "http://x/*y*/"; // not a comment inside

                    // one
                    // two

                    char c = '"'; /* here */ int d = /* there */ 1;
                    String block = \"""
                        // stays
                        \""";
                }
                """;
        assertThat(JavaComments.drop(text)).isEqualTo("""
                package a;

                class A {
                    String url = "http://x/*y*/";

                    char c = '"';  int d =  1;
                    String block = \"""
                        // stays
                        \""";
                }
                """);
    }

    @Test
    void what_does_not_parse_and_what_has_no_comments_stays_as_it_is() {
        assertThat(JavaComments.drop("class { // broken")).isEqualTo("class { // broken");
        assertThat(JavaComments.drop("class A {\r\n\tint a;\r\n}")).isEqualTo("class A {\r\n\tint a;\r\n}");
    }

    @Test
    void words_stay_apart_line_ends_stay_what_they_are_and_text_keeps_its_blank_lines() {
        assertThat(JavaComments.drop("class A { int/*n*/x; }")).isEqualTo("class A { int x; }");
        assertThat(JavaComments.drop("class A {\r\n\r\n  // a\r\n\r\n  int b; // b\r\n}\r\n"))
                .isEqualTo("class A {\r\n\r\n  int b;\r\n}\r\n");
        String blanks = "class A {\n\n\n    String s = \"\"\"\n        a\n\n\n        b\"\"\";\n}\n";
        assertThat(JavaComments.drop(blanks)).isEqualTo(blanks);
        assertThat(JavaComments.drop("// c\n" + blanks)).isEqualTo(blanks);
    }

    @Test
    void what_explains_code_stays_as_a_sentence_on_one_line() {
        String text = """
                /*
                 * Licensed to nobody in particular. Really.
                 */
                package a;

                /**
                 * Counts the {@code words} of <b>a text</b>. It is slow.
                 *
                 * @param text the words to count
                 */
                class A {
                    /** @return the number of all words */
                    int b; // the number of words so far

                    // int c = old(b);
                    // TODO count the other words too
                    /* no */
                    int d; /* as many words as the text has */
                    String s = "// stays as it is";
                }
                """;
        assertThat(JavaComments.shorten(text)).isEqualTo("""
                package a;

                /** Counts the words of a text. */
                class A {
                    int b; // the number of words so far

                    int d; /* as many words as the text has */
                    String s = "// stays as it is";
                }
                """);
        String longOne = "class A {\n    // " + "word ".repeat(40) + "\n    int b;\n}\n";
        assertThat(JavaComments.shorten(longOne)).isEqualTo("class A {\n    int b;\n}\n");
        assertThat(JavaComments.shorten("class { // broken by somebody else"))
                .isEqualTo("class { // broken by somebody else");
    }
}
