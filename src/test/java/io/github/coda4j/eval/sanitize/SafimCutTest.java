package io.github.coda4j.eval.sanitize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.SharedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers cut as SAFIM cuts them. */
@Tag("slow")
class SafimCutTest {
    @Test
    void a_call_ends_where_it_closes() {
        assertThat(SafimCut.call("f(a, (b)) + g(c)")).isEqualTo("f(a, (b))");
        assertThat(SafimCut.call("a) + f(b)")).isEqualTo("a)");
        assertThat(SafimCut.call("f(a, (b)")).isEqualTo("f(a, (b)");
    }

    @Test
    void what_controls_a_statement_ends_before_the_parenthesis_that_closes_it() {
        assertThat(SafimCut.control(Grammar.JAVA, "int i = 0; i < f(n); i++) { x(); }"))
                .isEqualTo("int i = 0; i < f(n); i++");
        assertThat(SafimCut.control(Grammar.JAVA, "a\n< b")).isEqualTo("a\n< b");
        assertThat(SafimCut.control(Grammar.PYTHON, "\r\n  \n i in range(n):\r\n    x = 1\n"))
                .isEqualTo(" i in range(n):");
        assertThat(SafimCut.control(Grammar.PYTHON, "a\u2028b")).isEqualTo("a");
        assertThat(SafimCut.control(Grammar.PYTHON, "\n")).isEmpty();
    }

    @Test
    void a_block_in_java_loses_the_lines_that_reach_out_of_it() {
        String before = "class A { void f(int n) { if (n > 0) {\n        ";
        String behind = "\n    } g(n); } void g(int n) { } }";
        String block = "n--;\n        if (n > 1) {\n            n = 3;\n        }\n";
        assertThat(SafimCut.block(Grammar.JAVA, before, block, behind)).isEqualTo(block);
        assertThat(SafimCut.block(Grammar.JAVA, before, block + "    }\n    g(7);\n    {\n", behind))
                .as("it parses, and the tree around the hole is another one")
                .isEqualTo(block);
        assertThat(SafimCut.block(Grammar.JAVA, before, "n = (;\n", behind)).isEmpty();
        assertThat(SafimCut.block(Grammar.JAVA, before, block + "} } }\n", behind))
                .isEqualTo(block);
    }

    @Test
    void a_block_in_python_stands_for_a_pass() {
        String before = "for i in range(3):\n    ";
        String behind = "\nprint(i)\n";
        assertThat(SafimCut.block(Grammar.PYTHON, before, "x = i\n    y = x\nz = 2\n", behind))
                .isEqualTo("x = i\n    y = x\n");
        assertThat(SafimCut.block(Grammar.PYTHON, before, "x = i\nThis is prose about it.", behind))
                .isEqualTo("x = i\n");
    }

    @ParameterizedTest
    @CsvSource({"safim-block-java,60", "safim-block-python,20", "safim-control-java,1", "safim-control-python,1"})
    void what_stood_there_is_hardly_ever_cut(String name, int every) {
        Benchmark benchmark = Benchmark.of(name);
        Grammar grammar = benchmark.isPython() ? Grammar.PYTHON : Grammar.JAVA;
        List<String> cut = new ArrayList<>();
        int index = 0;
        for (Problem problem : benchmark
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), Mode.SAFIM)
                .problems()
                .values()) {
            if (index++ % every == 0) {
                String truth = problem.canonical();
                String kept = name.contains("block")
                        ? SafimCut.block(grammar, problem.prompt(), truth, problem.suffix())
                        : SafimCut.control(grammar, truth);
                if (!kept.equals(truth)) {
                    cut.add(problem.id());
                }
            }
        }
        assertThat(cut)
                .as("conditions with a parenthesis in a text or a character: the original counts it too")
                .hasSize(name.equals("safim-control-java") ? 2 : 0);
    }
}
