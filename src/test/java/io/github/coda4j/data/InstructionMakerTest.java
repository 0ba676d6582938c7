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
        for (int key = 0; key < 60; key++) {
            List<ChatMessage> exercise = new InstructionMaker(1, 5)
                    .exercises(Language.JAVA, JAVA, key)
                    .getFirst();
            String question = exercise.get(0).content().orElseThrow();
            String answer = exercise.get(1).content().orElseThrow();
            kinds.add(question.substring(0, question.indexOf(' ')));
            assertThat(answer).startsWith("```java\n").endsWith("\n```");
            String code = answer.substring(8, answer.length() - 4);
            if (question.contains("<FILL>")) {
                String filled = question.replaceFirst("(?s).*```java\n(.*)\n```", "$1");
                assertThat(filled.substring(filled.indexOf("\n") + 1).replace("<FILL>", code))
                        .contains("double dx = x - other.x;\n    return Math.sqrt(dx * dx);\n}");
            } else {
                assertThat(code).isEqualTo(JavaMethods.of(JAVA).getFirst().code());
                assertThat(question).contains("public double distance(");
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder("Write", "Complete", "Which");
    }

    @Test
    void the_same_file_gives_the_same_exercises() {
        InstructionMaker maker = new InstructionMaker(3, 5);
        assertThat(maker.exercises(Language.PYTHON, PYTHON, 7)).isEqualTo(maker.exercises(Language.PYTHON, PYTHON, 7));
        assertThat(maker.exercises(Language.PYTHON, PYTHON, 7)).hasSize(1);
    }
}
