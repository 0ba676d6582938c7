package io.github.coda4j.serve.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnippetMergeTest {
    private static final String ACCOUNT = """
            class Account {
                private long cents;

                long balance() {
                    return cents;
                }

                void deposit(long more) {
                    cents += more;
                }

                void withdraw(long less) {
                    cents -= less;
                }
            }
            """;

    private static final List<String> TEXTS =
            List.of("f() {", "}", "x", "", "});", "\tend", "// a", "/* b", "* c */", "@D", "// ...");

    private static String merged(String original, String snippet) {
        return SnippetMerge.merge(original, snippet).orElseThrow();
    }

    @Test
    void a_line_that_is_another_version_of_a_line_replaces_it() {
        assertThat(merged("int x;", "long x;")).isEqualTo("long x;");
        assertThat(merged("def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"))
                .isEqualTo("def add(a, b):\n    return a + b\n");
    }

    @Test
    void what_an_ellipsis_leaves_out_stays_and_the_rest_of_a_body_is_replaced() {
        String snippet = """
                class Account {
                    // ... existing code ...

                    void withdraw(long less) {
                        if (less > cents) {
                            throw new IllegalArgumentException("too much");
                        }
                        cents -= less;
                    }
                    // ...
                }
                """;
        assertThat(merged(ACCOUNT, snippet)).isEqualTo(ACCOUNT.replace("        cents -= less;\n", """
                                if (less > cents) {
                                    throw new IllegalArgumentException("too much");
                                }
                                cents -= less;
                        """));
    }

    @Test
    void a_method_alone_finds_its_place_whatever_its_margin() {
        String snippet = "long balance() {\n    check();\n    return cents;\n}";
        String wanted = ACCOUNT.replace("        return cents;", "        check();\n        return cents;");
        assertThat(merged(ACCOUNT, snippet)).isEqualTo(wanted);
        assertThat(merged(ACCOUNT, snippet.indent(4))).isEqualTo(wanted);
        assertThat(merged(ACCOUNT, snippet.indent(8))).isEqualTo(wanted);
    }

    @Test
    void new_lines_come_beside_the_line_that_they_stand_beside() {
        assertThat(merged(ACCOUNT, "    private long cents;\n    private final String owner;"))
                .isEqualTo(ACCOUNT.replace("cents;\n\n", "cents;\n    private final String owner;\n\n"));
        assertThat(merged("a()\nb()\nc()\n", "new()\nb()")).isEqualTo("a()\nnew()\nb()\nc()\n");
        assertThat(merged("import os\n\ndef f():\n    pass\n", "import os\nimport sys\n# ... rest ...\n"))
                .isEqualTo("import os\nimport sys\n\ndef f():\n    pass\n");
        assertThat(merged("import os\n\ndef f():\n    pass\n", "# ... existing code ...\n\ndef g():\n    f()\n"))
                .isEqualTo("import os\n\ndef f():\n    pass\n\ndef g():\n    f()\n");
    }

    @Test
    void a_line_that_many_have_goes_with_its_neighbor() {
        String tests = "@Test\nvoid a() {\n    x();\n}\n\n@Test\nvoid b() {\n    y();\n}\n";
        assertThat(merged(tests, "@Test\nvoid b() {\n    z();\n}")).isEqualTo(tests.replace("y()", "z()"));
        assertThat(merged(tests, "@Test\nvoid a() {\n    z();\n}")).isEqualTo(tests.replace("x()", "z()"));
        assertThat(merged(tests, "@Test\nvoid c() {\n}\n\n@Test\nvoid b() {\n    z();\n}"))
                .contains("void a()", "void c()", "z();")
                .doesNotContain("y()");
    }

    @Test
    void comments_and_annotations_go_with_what_they_stand_above() {
        String code = "/**\n * One.\n */\nvoid a() {\n    x();\n}\n\n// Two.\nvoid b() {\n}\n";
        assertThat(merged(code, "/**\n * One!\n */\nvoid a() {\n    x();\n}")).isEqualTo(code.replace("One.", "One!"));
        assertThat(merged(code, "void b() {\n    y();\n}")).isEqualTo(code.replace("b() {\n", "b() {\n    y();\n"));
        assertThat(merged(code, "// Three.\nvoid b() {\n}\n// Four.\nvoid c() {\n}"))
                .isEqualTo(code.replace("Two", "Three") + "// Four.\nvoid c() {\n}\n");
    }

    @Test
    void what_stands_between_two_lines_of_the_snippet_is_replaced_unless_it_is_a_definition_between_definitions() {
        assertThat(merged("a()\nold()\nb()\n", "a()\nb()")).isEqualTo("a()\nb()\n");
        String defs = "def a():\n    1\n\ndef b():\n    2\n\ndef c():\n    3\n";
        assertThat(merged(defs, "def a():\n    10\n\ndef c():\n    30\n"))
                .isEqualTo(defs.replace("1", "10").replace("3", "30"));
    }

    @Test
    void a_body_without_an_ellipsis_is_the_whole_body() {
        assertThat(merged("def f():\n    a()\n    b()\n    c()\n\nkeep()\n", "def f():\n    a()\n    d()\n"))
                .isEqualTo("def f():\n    a()\n    d()\n\nkeep()\n");
    }

    @Test
    void what_is_not_touched_stays_to_the_byte() {
        String odd = "\n\n  def f(x):\t\r\n      a\r\n   \r\n      b \r\nend\r\n\r\n\r\n";
        assertThat(merged(odd, "end")).isEqualTo(odd);
        assertThat(merged(ACCOUNT, ACCOUNT)).isEqualTo(ACCOUNT);
        assertThat(merged("a = 1\r\nb = 2", "b = 3\n")).isEqualTo("a = 1\r\nb = 3");
        assertThat(merged(ACCOUNT, "\n")).isEqualTo(ACCOUNT);
        assertThat(merged("int x;\nint z;\n", "int x;\nint y;")).isEqualTo("int x;\nint y;\nint z;\n");
        assertThat(merged("", "int x;\n// ...\nint y;")).isEqualTo("int x;\nint y;");
    }

    @Test
    void lines_become_trees_and_the_same_lines_again() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < random.nextInt(30); i++) {
                String text = TEXTS.get(random.nextInt(TEXTS.size()));
                lines.add(" ".repeat(random.nextInt(9)) + text);
            }
            lines.add("x");
            List<String> written = new ArrayList<>();
            CodeNode.of(lines, "// ..."::equals).forEach(node -> node.write(written));
            assertThat(written).as("seed %d, round %d", seed, round).isEqualTo(lines);
        }
    }

    @Test
    void any_snippet_can_be_given_and_code_put_into_itself_is_the_same() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            String code = randomText(random);
            String snippet = randomText(random);
            assertThat(SnippetMerge.merge(code, snippet))
                    .as("seed %d: %s and %s", seed, code, snippet)
                    .isNotNull();
            assertThat(merged(code, code)).as("seed %d", seed).isEqualTo(code);
        }
    }

    @Test
    void stairs_and_dots_without_end_are_merged_too() {
        StringBuilder stairs = new StringBuilder("first\n");
        for (int i = 1; i < 3000; i++) {
            stairs.append(" ".repeat(i)).append("x\n");
        }
        assertThat(merged(stairs.toString(), "first")).isEqualTo(stairs.toString());
        assertThat(merged("first\n", stairs.toString())).isEqualTo(stairs.toString());
        String dots = "//" + ".".repeat(1_000_000) + "x\nfirst\n";
        assertThat(merged("first\n", dots)).isEqualTo(dots);
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder("first" + random.nextInt(3) + "()\n");
        for (int i = 0; i < random.nextInt(12); i++) {
            text.append(" ".repeat(2 * random.nextInt(3)))
                    .append(TEXTS.get(random.nextInt(TEXTS.size())))
                    .append('\n');
        }
        return text.toString();
    }

    @Test
    void an_ellipsis_that_is_code_is_code() {
        assertThat(merged("class A:\n    ...\n\nclass B:\n    b = 1\n", "class B:\n    b = 2\n"))
                .isEqualTo("class A:\n    ...\n\nclass B:\n    b = 2\n");
        assertThat(merged("const next = {\n  ...state,\n  a: 1,\n};\n", "const next = {\n  ...state,\n  a: 2,\n};"))
                .isEqualTo("const next = {\n  ...state,\n  a: 2,\n};\n");
    }

    @Test
    void what_belongs_nowhere_or_anywhere_is_not_put_there() {
        assertThat(SnippetMerge.merge(ACCOUNT, "def other():\n    pass")).isEmpty();
        assertThat(SnippetMerge.merge("f()\nx = 1\nf()\nx = 1\n", "x = 2")).isEmpty();
        assertThat(SnippetMerge.merge("if a:\n    x = 1\nif b:\n    x = 1\n", "x = 2"))
                .isEmpty();
    }
}
