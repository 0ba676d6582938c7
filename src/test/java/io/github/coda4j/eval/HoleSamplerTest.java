package io.github.coda4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HoleSamplerTest {
    private static final String FILE = """
            class A {
                int twice(int n) {
                    int m = n + n;
                    if (m > 0) {
                        m++;
                    }
                    return m;
                }
            }
            """;

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    @Test
    void pieces_of_every_kind_are_taken_out_of_files_that_parse() {
        Map<String, List<HoleCase>> cases = sample(FILE, 3);
        assertThat(cases.keySet())
                .containsExactly(
                        "1 token",
                        "2 tokens",
                        "4 tokens",
                        "8 tokens",
                        "16 tokens",
                        "32 tokens",
                        "64 tokens",
                        "expression",
                        "line",
                        "block");
        cases.values()
                .forEach(kind -> assertThat(kind).hasSize(1).allSatisfy(hole -> {
                    assertThat(hole.before() + hole.answer() + hole.after()).isEqualTo(FILE);
                    assertThat(hole.tokens()).isEqualTo(hole.answer().length());
                    assertThat(hole.language()).contains(Grammar.JAVA);
                    assertThat(hole.parses(hole.answer())).contains(true);
                    assertThat(hole.parses("}}")).contains(false);
                }));
        assertThat(cases.get("expression").getFirst().answer()).isIn(" n + n", " m");
        assertThat(cases.get("block").getFirst().answer()).isEqualTo("m++;");
        assertThat(sample(FILE, 3)).isEqualTo(cases);
    }

    @Test
    void bodies_of_methods_are_told_from_blocks() {
        String file = "class A {\n    int one() {\n        return 1;\n    }\n}\n";
        HoleCase body = sample(file, 1).get("method body").getFirst();
        assertThat(body.answer()).isEqualTo("return 1;");
        assertThat(body.before()).endsWith("int one() {\n        ");
        assertThat(sample(file, 1)).doesNotContainKey("block");
    }

    @Test
    void accessors_lose_the_value_that_they_return_or_set() {
        String file = """
                class A {
                    int size() { return size; }
                    Object getOne() {
                        return %s;
                    }
                    void setTwo(int two) {
                        this.two = %s;
                    }
                    void setThree(int three) { three(three); }
                    int getFour() { return 4; }
                }
                """;
        Set<String> found = new TreeSet<>();
        for (int seed = 0; seed < 16; seed++) {
            sample(file.formatted("one", "two"), 1, seed).get("accessor").forEach(hole -> {
                found.add(hole.answer());
                assertThat(hole.before()).endsWith(hole.answer().equals("one") ? "return " : "this.two = ");
                assertThat(hole.after()).startsWith(";\n");
            });
        }
        assertThat(found).containsExactly("one", "two");
        assertThat(sample(file.formatted("null", "two()"), 1)).doesNotContainKey("accessor");
    }

    @Test
    void a_text_in_no_language_is_filled_and_not_judged() {
        HoleCase hole =
                sample("some words that are no code\nat all\n", 1).get("line").getFirst();
        assertThat(hole.language()).isEmpty();
        assertThat(hole.parses("x")).isEmpty();
    }

    private Map<String, List<HoleCase>> sample(String file, int count) {
        return sample(file, count, 5);
    }

    private Map<String, List<HoleCase>> sample(String file, int count, long seed) {
        return new HoleSampler(tokenizer, seed)
                .of(IntStream.range(0, 1).mapToObj(_ -> tokenizer.encode(file)).toList(), count);
    }
}
