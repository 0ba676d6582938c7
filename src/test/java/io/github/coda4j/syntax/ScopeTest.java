package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** In the texts {@code §} marks the place that is asked about. */
class ScopeTest {
    @Test
    void java_has_package_imports_and_the_first_lines_of_classes_and_methods() {
        String text = """
                // License
                package a.b; // \uD83D\uDE00

                import c.D;
                import static c.E.f;

                /** Doc. */
                @Sound
                public final class A<T>
                        implements B {
                    private int x = 1;

                    static class Inner {
                        int other() { return 2; }

                        @Override
                        public int f(
                                int first,
                                int second) {
                            int y = first;
                            return §;
                        }
                    }
                }
                """;
        assertThat(shown(Grammar.JAVA, text)).isEqualTo("""
                        package a.b; // \uD83D\uDE00
                        import c.D;
                        import static c.E.f;
                        ---
                        @Sound
                        public final class A<T>
                                implements B {
                            static class Inner {
                                @Override
                                public int f(
                                        int first,
                                        int second) {
                        """);
    }

    @Test
    void python_has_imports_decorators_and_definitions() {
        String text = """
                '''Doc.'''
                from __future__ import annotations
                import os
                from a import (
                    b,
                )

                class A(B):
                    x = 1

                    @property
                    def f(self,
                          y):
                        z = 1
                        §
                """;
        assertThat(shown(Grammar.PYTHON, text)).isEqualTo("""
                        from __future__ import annotations
                        import os
                        from a import (
                            b,
                        )
                        ---
                        class A(B):
                            @property
                            def f(self,
                                  y):
                        """);
    }

    @Test
    void other_languages_have_theirs() {
        assertThat(shown(Grammar.JAVASCRIPT, """
                        import a from 'a';
                        const x = 1;
                        class A {
                          go(b) {
                            b.each((c) => {
                              c.d();
                              §
                            });
                          }
                        }
                        """)).isEqualTo("""
                        import a from 'a';
                        ---
                        class A {
                          go(b) {
                            b.each((c) => {
                        """);
        assertThat(shown(Grammar.TYPESCRIPT, """
                        import { a } from 'a';
                        export interface I {
                          x: number;
                          §
                        }
                        """)).isEqualTo("import { a } from 'a';\n---\nexport interface I {\n");
        assertThat(shown(Grammar.C, """
                        #ifndef A_H
                        #define A_H
                        #include <a.h>
                        #if B
                        #include "b.h"
                        #endif
                        static int
                        f(int x)
                        {
                          int y = 1;
                          return §;
                        }
                        #endif
                        """)).isEqualTo("""
                        #include <a.h>
                        #include "b.h"
                        ---
                        static int
                        f(int x)
                        {
                        """);
        assertThat(shown(Grammar.CPP, """
                        #include <vector>
                        using namespace std;
                        namespace n {
                        template <typename T>
                        class A {
                          int x;
                          int f() {
                            g();
                            §
                          }
                        };
                        }
                        """)).isEqualTo("""
                        #include <vector>
                        using namespace std;
                        ---
                        namespace n {
                        template <typename T>
                        class A {
                          int f() {
                        """);
        assertThat(shown(Grammar.GO, """
                        package a

                        import (
                        	"fmt"
                        )

                        func (s *S) f(x int) error {
                        	y := 1
                        	§
                        }
                        """))
                .isEqualTo("package a\nimport (\n\t\"fmt\"\n)\n---\nfunc (s *S) f(x int) error {\n");
        assertThat(shown(Grammar.RUST, """
                        use a::b;
                        mod tests {
                            use super::*;
                            fn f() {
                                g();
                                §
                            }
                        }
                        """))
                .isEqualTo("use a::b;\n    use super::*;\n---\nmod tests {\n    fn f() {\n");
    }

    @Test
    void lines_of_the_place_itself_and_below_it_are_none_of_its_scope() {
        assertThat(shown(Grammar.JAVA, "import a.B; class A { int f(int x) { return §; } }\nimport c.D;\n"))
                .isEqualTo("---\n");
        assertThat(shown(Grammar.JAVA, "class A {\n  int f(\n    int §\n  ) {\n  }\n}\n"))
                .as("in a signature")
                .isEqualTo("---\nclass A {\n");
        assertThat(shown(Grammar.JAVA, "import a.B;\n§class A {\n}\n"))
                .as("before a class")
                .isEqualTo("import a.B;\n---\n");
        assertThat(shown(Grammar.JAVA, "class A {\n}\n§")).as("behind it").isEqualTo("---\n");
    }

    private static String shown(Grammar grammar, String marked) {
        int position = marked.indexOf('§');
        String filler = grammar == Grammar.PYTHON ? "x" : "";
        String text = marked.replace("§", filler);
        try (SourceParser parser = grammar.open().orElseThrow();
                SyntaxTree tree = parser.parse(text).orElseThrow()) {
            Scope scope = tree.scope(position);
            return lines(text, scope.imports()) + "---\n" + lines(text, scope.signatures());
        }
    }

    private static String lines(String text, List<TextRange> ranges) {
        return ranges.stream().map(range -> range.of(text)).collect(Collectors.joining());
    }
}
