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
}
