package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.syntax.Grammar;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which ways to fill holes are preferred to likelier ones. */
class ParseJudgeTest {
    private static final String BEFORE = "class A extends B { int sum; int f(int n) { return ";

    private final ParseJudge judge = new ParseJudge(Optional.of(Grammar.JAVA), List.of(BEFORE, "; } }"));

    @Test
    void ways_that_parse_come_first_then_those_that_a_compiler_takes() {
        assertThat(preferred(1, 0, "(n", "n; break", "sum", "n")).containsExactly(2);
        assertThat(preferred(4, 0, "(n", "n; break", "sum", "n")).containsExactly(2, 3, 1);
        assertThat(preferred(1, 0, "(n", "n + ")).as("none parses").isEmpty();
    }

    @Test
    void a_name_that_may_be_inherited_is_worth_a_few_nats() {
        assertThat(preferred(1, ParseJudge.DOUBT - 0.1, "count", "sum")).containsExactly(1);
        assertThat(preferred(1, ParseJudge.DOUBT + 0.1, "count", "sum")).containsExactly(0);
        assertThat(preferred(1, 3 * ParseJudge.DOUBT, "count + size + rest", "count"))
                .as("three names or one")
                .containsExactly(0);
        assertThat(preferred(1, 2 * ParseJudge.DOUBT - 0.1, "count + size + rest", "count"))
                .containsExactly(1);
        assertThat(preferred(2, 16, "count", "sum")).containsExactly(0, 1);
    }

    @Test
    void a_rare_value_is_worth_more() {
        ParseJudge field =
                new ParseJudge(Optional.of(Grammar.JAVA), List.of("class A { B b; A(B a, B b) { this.b = ", ";\n } }"));
        double rare = ParseJudge.RARE;
        assertThat(field.preferred(List.of(List.of("a"), List.of("b")), List.of(0.0, rare - 0.1), 1))
                .containsExactly(1);
        assertThat(field.preferred(List.of(List.of("a"), List.of("b")), List.of(0.0, rare + 0.1), 1))
                .containsExactly(0);
    }

    @Test
    void so_is_an_answer_that_goes_on_past_the_rest_of_its_line() {
        ParseJudge line = new ParseJudge(
                Optional.of(Grammar.JAVA), List.of("class A { int f(int n) { n = ", ";\n return n; } }"));
        List<List<String>> ways = List.of(List.of("n;\n n = 1"), List.of("1"));
        assertThat(line.preferred(ways, List.of(0.0, ParseJudge.RARE - 0.1), 1)).containsExactly(1);
        assertThat(line.preferred(ways, List.of(0.0, ParseJudge.RARE + 0.1), 1)).containsExactly(0);
        assertThat(line.faultless(List.of("f(new A() { int f(int m) {\n m = n;\n return m; } }.n)")))
                .as("within its own brackets")
                .isTrue();
    }

    @Test
    void what_nothing_speaks_against_is_faultless() {
        assertThat(List.of("n", "sum", "f(n)")).allMatch(answer -> judge.faultless(List.of(answer)));
        assertThat(List.of("(n", "true", "count", "n; break")).noneMatch(answer -> judge.faultless(List.of(answer)));
        assertThat(new ParseJudge(Optional.empty(), List.of(BEFORE, "; } }")).faultless(List.of("(n")))
                .as("not known")
                .isTrue();
        assertThat(new ParseJudge(Optional.of(Grammar.JAVA), List.of("class { \n class A { int n = ", "; }"))
                        .faultless(List.of("(n")))
                .as("it does not parse away from the hole")
                .isTrue();
    }

    @Test
    void names_that_may_stand_for_a_variable_in_a_hole_are_known() {
        ParseJudge own = new ParseJudge(
                Optional.of(Grammar.JAVA),
                List.of("class A { int sum; int f(int n) { int m = 1; /* word */ return ", "; } int g(int q) { } }"));
        assertThat(own.variables(0, List.of(""))).hasValueSatisfying(names -> {
            assertThat(List.of("sum", "n", "m")).allMatch(names);
            assertThat(List.of("q", "f", "A", "word", "int")).noneMatch(names);
        });
        ParseJudge two = new ParseJudge(
                Optional.of(Grammar.JAVA), List.of("class A { int f() { int ", " = 3; return ", "; } }"));
        assertThat(two.variables(1, List.of("count", "")))
                .as("with what is in another hole")
                .hasValueSatisfying(names -> assertThat("count").matches(names));
        for (String place :
                List.of("int § = 3;", "final § b;", "int n = b.§(1);", "int n = b.§;", "Object n = §::b;")) {
            ParseJudge other =
                    new ParseJudge(Optional.of(Grammar.JAVA), List.of(("class A { " + place + " }").split("§")));
            boolean variable = place.contains("::");
            assertThat(other.variables(0, List.of("")).isPresent()).as(place).isEqualTo(variable);
        }
        assertThat(judge.variables(0, List.of("")))
                .as("a supertype may have what is used")
                .hasValueSatisfying(names -> {
                    assertThat(List.of("sum", "n", "f")).allMatch(names);
                    assertThat(List.of("q", "B", "int")).noneMatch(names);
                });
        assertThat(new ParseJudge(Optional.of(Grammar.PYTHON), List.of("x = ", "\n")).variables(0, List.of("")))
                .isEmpty();
        assertThat(new ParseJudge(Optional.empty(), List.of("x = ", "\n")).variables(0, List.of("")))
                .isEmpty();
        assertThat(new ParseJudge(Optional.of(Grammar.JAVA), List.of("class { \n class A { int n = ", "; }"))
                        .variables(0, List.of("")))
                .isEmpty();
    }

    @Test
    void where_nothing_can_be_known_nothing_is_preferred_and_it_says_why() {
        assertThat(judge.note()).isEmpty();
        ParseJudge unknown = new ParseJudge(Optional.empty(), List.of(BEFORE, "; } }"));
        assertThat(unknown.preferred(List.of(List.of("n")), List.of(0.0), 1)).isEmpty();
        assertThat(unknown.note()).hasValueSatisfying(note -> assertThat(note).contains("no language with a grammar"));
        ParseJudge broken = new ParseJudge(Optional.of(Grammar.JAVA), List.of("class { \n class A { int n = ", "; }"));
        assertThat(broken.preferred(List.of(List.of("1")), List.of(0.0), 1)).isEmpty();
        assertThat(broken.note()).hasValueSatisfying(note -> assertThat(note).contains("does not parse as Java"));
    }

    /** @param apart what each answer lacks of the one before */
    private List<Integer> preferred(int wanted, double apart, String... answers) {
        return judge.preferred(
                List.of(answers).stream().map(List::of).toList(),
                IntStream.range(0, answers.length).mapToObj(i -> i * apart).toList(),
                wanted);
    }
}
