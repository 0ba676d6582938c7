package io.github.coda4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.text.ChatMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InstructionMakerTest {
    private static final String JAVA = """
            class Point {
                /**
                 * Gives the {@code distance} of both points. <b>Never</b> negative.
                 *
                 * @param other the other one
                 */
                public double distance(
                        Point other) {
                    double dx = x - other.x;
                    return Math.sqrt(dx * dx);
                }

                abstract int nothing();

                int x() { return x; }
            }
            """;

    private static final String PYTHON = """
            class Point:
                def distance(self, other):
                    \"""Give the distance of both points.

                    Never negative.
                    \"""
                    dx = self.x - other.x

                    return abs(dx)

                x = 1

            def after(): return 1
            """;

    @Test
    void java_methods_come_with_summary_and_signature_at_the_margin() {
        FunctionSource method = JavaMethods.of(JAVA).getFirst();
        assertThat(method.summary()).contains("Gives the distance of both points.");
        assertThat(method.headLines()).isEqualTo(2);
        assertThat(method.code())
                .startsWith("public double distance(\n        Point other) {\n    double dx")
                .endsWith("\n}");
        assertThat(JavaMethods.of(JAVA)).extracting(FunctionSource::isUsable).containsExactly(true, false);
    }

    @Test
    void a_java_file_that_is_none_has_no_methods() {
        assertThat(JavaMethods.of("class {")).isEmpty();
    }

    @Test
    void python_functions_end_where_their_indentation_ends() {
        List<FunctionSource> functions = PythonFunctions.of(PYTHON);
        assertThat(functions.getFirst().summary()).contains("Give the distance of both points.");
        assertThat(functions.getFirst().code())
                .startsWith("def distance(self, other):\n    \"\"\"Give")
                .endsWith("    dx = self.x - other.x\n\n    return abs(dx)");
        assertThat(functions.getFirst().headLines()).isEqualTo(1);
    }

    @Test
    void exercises_of_each_kind_have_the_code_or_its_missing_part_as_answer() {
        Set<String> kinds = new HashSet<>();
        for (int key = 0; key < 120; key++) {
            List<ChatMessage> exercise = new InstructionMaker(1, 5)
                    .exercises(Language.JAVA, JAVA, key)
                    .getFirst();
            String question = exercise.get(0).content().orElseThrow();
            String answer = exercise.get(1).content().orElseThrow();
            kinds.add(question.substring(0, question.indexOf(' ')));
            assertThat(answer).startsWith("```java\n").endsWith("\n```");
            String code = answer.substring(8, answer.length() - 4);
            if (question.startsWith("Rename other to value in this Java code:")) {
                assertThat(code)
                        .contains("Point value) {\n    double dx = x - value.x;")
                        .doesNotContain("other");
            } else if (question.contains("<FILL>")) {
                String filled = question.replaceFirst("(?s).*```java\n(.*)\n```", "$1");
                assertThat(filled.substring(filled.indexOf("\n") + 1).replace("<FILL>", code))
                        .contains("double dx = x - other.x;\n    return Math.sqrt(dx * dx);\n}");
            } else {
                assertThat(code).isEqualTo(JavaMethods.of(JAVA).getFirst().code());
                assertThat(question).contains("public double distance(");
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder("Write", "Complete", "Which", "Rename");
    }

    private static FunctionSource java(String summary, String code) {
        return new FunctionSource(Language.JAVA, java.util.Optional.of(summary), code, 1);
    }

    private static FunctionSource python(String summary, String code) {
        return new FunctionSource(Language.PYTHON, java.util.Optional.of(summary), code, 1);
    }

    @Test
    void a_request_has_one_line_with_the_signature_and_what_the_documentation_says() {
        assertThat(OneLiners.request(
                        java("Returns the larger number.", "public static int max(int a, int b) throws X {\n  x\n}")))
                .contains("Write a Java method int max(int a, int b) that returns the larger number.");
        assertThat(OneLiners.request(java("Search the text for it", "boolean is(String text) {\n  x\n}")))
                .contains("Write a Java method boolean is(String text) that searches the text for it.");
        assertThat(OneLiners.request(java("Copies all values.", "void all() {\n  x\n}")))
                .contains("Write a Java method void all() that copies all values.");
        assertThat(OneLiners.request(java("The larger number.", "int max() {\n  x\n}")))
                .isEmpty();
        assertThat(OneLiners.request(java("Returns it.", "@Override int max() {\n  x\n}")))
                .isEmpty();
        assertThat(OneLiners.request(python("Return the sum of two numbers.", "def add(a, b=1):\n    return a + b")))
                .contains("Write a Python function add(a, b=1) that returns the sum of two numbers.");
        assertThat(OneLiners.request(python("Return the sum.", "def add(self, b):\n    return b")))
                .isEmpty();
    }

    @Test
    void a_comment_is_followed_by_the_lines_that_it_announces() {
        FunctionSource function = python(
                "", "def f(a):\n    # add all of them\n    b = 0\n    for x in a:\n        b += x\n\n    return b");
        assertThat(OneLiners.commented(function, 0.5)).contains(new OneLiners.Block(2, 5));
        assertThat(OneLiners.commented(java("", "int f() {\n    // so\n    a();\n    b();\n}"), 0))
                .isEmpty();
        FunctionSource two = java(
                "", "int f() {\n    // the first of them\n    a();\n    // the second of them\n    b();\n    c();\n}");
        assertThat(OneLiners.commented(two, 0)).contains(new OneLiners.Block(2, 3));
        assertThat(OneLiners.commented(two, 0.9)).contains(new OneLiners.Block(4, 6));
    }

    @Test
    void a_parameter_is_renamed_where_its_name_means_nothing_else() {
        assertThat(OneLiners.rename(java("", "int f(int n) {\n    return n + nn;\n}")))
                .contains(new OneLiners.Rename("n", "value", "int f(int value) {\n    return value + nn;\n}"));
        assertThat(OneLiners.rename(java("", "void f(int n) {\n    this.n = n;\n}")))
                .isEmpty();
        assertThat(OneLiners.rename(java("", "void f(int n) {\n    say(\"n is\", n);\n}")))
                .isEmpty();
        assertThat(OneLiners.rename(java("", "void f(int n) {\n    x();\n}"))).isEmpty();
        assertThat(OneLiners.rename(python("", "def f(self, n):\n    return g(n=n)")))
                .isEmpty();
        assertThat(OneLiners.rename(python("", "def f(self, value):\n    return value")))
                .contains(new OneLiners.Rename("value", "item", "def f(self, item):\n    return item"));
    }

    @Test
    void the_same_file_gives_the_same_exercises() {
        InstructionMaker maker = new InstructionMaker(3, 5);
        assertThat(maker.exercises(Language.PYTHON, PYTHON, 7)).isEqualTo(maker.exercises(Language.PYTHON, PYTHON, 7));
        assertThat(maker.exercises(Language.PYTHON, PYTHON, 7)).hasSize(1);
    }
}
