package io.github.coda4j.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrammarTest {
    /** A little of each language, with a name beyond the basic plane or in a comment. */
    private static final Map<Grammar, String> SOUND = new EnumMap<>(Map.of(
            Grammar.JAVA,
                    "package a;\nimport b.C;\nrecord R<T>(int x) { int f() { return \"\uD83D\uDE00é\".length(); } }\n",
            Grammar.PYTHON, "from a import b\n\n@b\ndef f(x: int) -> str:\n    return f'\uD83D\uDE00{x!r}'\n",
            Grammar.JAVASCRIPT, "import a from 'b';\nconst f = async (x) => { return `\uD83D\uDE00${x}`; };\n",
            Grammar.TYPESCRIPT, "export function f<T>(x: T): T { return x as T; } // \uD83D\uDE00\n",
            Grammar.TSX, "const f = (x: number) => <div title=\"\uD83D\uDE00\">{x}</div>;\n",
            Grammar.C, "#include <a.h>\nint f(int *x) { return x[0]; } /* \uD83D\uDE00 */\n",
            Grammar.CPP, "template <typename T> class A { T f() { return T{}; } }; // \uD83D\uDE00\n",
            Grammar.GO, "package a\n\nimport \"fmt\"\n\nfunc f(x int) { fmt.Println(\"\uD83D\uDE00\", x) }\n",
            Grammar.RUST, "use a::b;\nimpl A { fn f(&self) -> i32 { println!(\"\uD83D\uDE00\"); 1 } }\n"));

    @Test
    void every_grammar_loads_and_tells_sound_from_broken() {
        assertThat(SOUND).hasSize(Grammar.values().length);
        SOUND.forEach((grammar, text) -> {
            assertThat(grammar.missing()).as(grammar.label()).isEmpty();
            try (SourceParser parser = grammar.open().orElseThrow()) {
                assertThat(errors(parser, text)).as(grammar.label()).isEmpty();
                assertThat(errors(parser, text.replaceFirst("[)]", "")))
                        .as(grammar.label())
                        .isNotEmpty();
            }
        });
    }

    @Test
    void files_are_told_by_the_extension_of_their_name() {
        assertThat(Grammar.ofFile("src/a.b/Main.java")).contains(Grammar.JAVA);
        assertThat(Grammar.ofFile("C:\\x\\setup.PY")).contains(Grammar.PYTHON);
        assertThat(Grammar.ofFile("a.tsx")).contains(Grammar.TSX);
        assertThat(Grammar.ofFile("a.h")).contains(Grammar.C);
        assertThat(Grammar.ofFile("a.hpp")).contains(Grammar.CPP);
        for (String name : List.of("README.md", "java", ".java", "a.java/b", "")) {
            assertThat(Grammar.ofFile(name)).as(name).isEmpty();
        }
    }

    @Test
    void errors_are_at_the_chars_they_are_at_beyond_the_basic_plane_too() {
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            String text = "class A { String s = \"\uD83D\uDE00é\uD83D\uDE00\"; int x = 1 }";
            assertThat(errors(parser, text))
                    .containsExactly(new SyntaxError(new TextRange(text.length() - 2, text.length() - 2), true));
            String stray = "class A { /* \uD83D\uDE00 */ int x = ]; }";
            assertThat(errors(parser, stray)).singleElement().satisfies(error -> {
                assertThat(error.missing()).isFalse();
                assertThat(error.range().of(stray)).isEqualTo("= ]");
            });
        }
    }

    @Test
    void half_a_pair_and_zero_chars_are_chars() {
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            assertThat(errors(parser, "class A { String s = \"\uD83D\"; }")).isEmpty();
            assertThat(errors(parser, "class A { }\0 ")).containsExactly(new SyntaxError(new TextRange(11, 12), false));
            assertThat(errors(parser, "class A { }\0 class")).isNotEmpty();
            assertThat(errors(parser, "")).isEmpty();
        }
    }

    @Test
    void what_is_too_long_or_takes_too_long_has_no_tree_and_the_parser_goes_on() throws Exception {
        long[] now = {0};
        try (SourceParser parser = SourceParser.load(Grammar.JAVA, () -> now[0] += 100_000_000)) {
            String text = "class A {" + " int f() { return 1; }".repeat(5000) + "}";
            assertThat(parser.parse(text)).isEmpty();
            assertThat(errors(parser, "class A {}")).isEmpty();
        }
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            assertThat(parser.parse(" ".repeat(SourceParser.MAX_CHARS + 1))).isEmpty();
            assertThat(errors(parser, " ".repeat(SourceParser.MAX_CHARS))).isEmpty();
        }
    }

    @Test
    void deep_nesting_is_no_deep_recursion() {
        try (SourceParser parser = Grammar.JAVA.open().orElseThrow()) {
            String deep = "(".repeat(4_000);
            String text = "class A { int x = " + deep + "1" + deep.replace('(', ')') + "; }";
            assertThat(errors(parser, text)).isEmpty();
            assertThat(errors(parser, text.replace("1", "1]"))).isNotEmpty();
            try (SyntaxTree tree = parser.parse(text).orElseThrow()) {
                assertThat(tree.scope(text.indexOf('1')).signatures()).isEmpty();
            }
        }
    }

    private static List<SyntaxError> errors(SourceParser parser, String text) {
        try (SyntaxTree tree = parser.parse(text).orElseThrow()) {
            assertThat(tree.errorFree()).isEqualTo(tree.errors().isEmpty());
            return tree.errors();
        }
    }
}
