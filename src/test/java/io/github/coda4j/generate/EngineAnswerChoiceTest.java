package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of the answers to a hole of unknown length is taken. */
@Timeout(30)
@Tag("slow")
class EngineAnswerChoiceTest extends HoleSearchFixture {
    @ParameterizedTest
    @CsvSource({"0.9, 0.8, nnn", "0.8, 0.9, fff"})
    void of_what_is_found_near_a_hole_and_with_everything_in_sight_the_surer_is_taken(
            double near, double far, String answer) throws Exception {
        RuleDenoiser model =
                new RuleDenoiser(4096, (sequence, _) -> sequence.length > 300 ? 'f' : 'n', (sequence, _) -> {
                    List<Integer> ids = Arrays.stream(sequence).boxed().toList();
                    boolean fits = ids.indexOf((int) ')') - ids.indexOf((int) '(') - 1 == 3;
                    return fits ? sequence.length > 300 ? far : near : 0.1;
                });
        Document document = Document.parse("x".repeat(400) + "(<|hole|>)" + "x".repeat(400));
        Completion completion = run(model, document, PLAIN);
        assertThat(completion.text()).isEqualTo(answer);
        assertThat(completion.ids()).hasSize(805).doesNotContain(ByteTokenizer.MASK);
        assertThat(completion.cost().forwards()).isEqualTo((int) numPlans(model));
        assertThat(recorder.text(0)).isEqualTo(answer);
        assertThat(recorder.steps.getLast().canvas())
                .containsExactly(completion.ids().stream().mapToInt(id -> id).toArray());
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void lengths_of_holes_behind_each_other_are_found_together() throws Exception {
        // It knows nothing as long as one of them has another length.
        RuleDenoiser model = knowing("xxabcd efyy");
        Document document = Document.parse("xx<|hole|> <|hole|>yy");
        Completion completion = run(model, document, PLAIN.withCandidates(4));
        assertThat(completion.holeTexts()).containsExactly("abcd", "ef");
        assertThat(completion.cost().forwards()).isEqualTo((int) numPlans(model));
        assertThat(model.openCaches()).isZero();
        assertThat(run(knowing("xxabcd efyy"), document, PLAIN.withCandidates(1))
                        .holeTexts())
                .as("only one length of each is looked at")
                .isNotEqualTo(List.of("abcd", "ef"));
    }

    @Test
    void holes_far_from_each_other_are_not_compared_together() throws Exception {
        String between = "x".repeat(20);
        RuleDenoiser model = knowing("xxabc" + between + "defyy");
        run(model, Document.parse("xx<|hole|>" + between + "<|hole|>yy"), PLAIN.withReadsBack(false));
        int together = model.passes().size();
        RuleDenoiser close = knowing("xxabc" + between.substring(16) + "defyy");
        run(close, Document.parse("xx<|hole|>" + between.substring(16) + "<|hole|>yy"), PLAIN.withReadsBack(false));
        assertThat(close.passes().size()).isGreaterThan(together);
    }

    @Test
    void a_search_that_compares_names_and_close_holes_leaves_nothing_open_wherever_it_ends() throws Exception {
        String before = "class A { int sum; int f(int b) { " + " ".repeat(40) + "b = ";
        Document document = Document.parse(before + "<|hole|>; <|hole|>; return b; }" + " ".repeat(40) + "}");
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        LengthOptions how = PLAIN.withParses(true);
        RuleDenoiser whole = knowing("x");
        run(whole, document, how, DecodeOptions.ofSteps(64), java);
        int passes = whole.passes().size();
        assertThat(passes).isGreaterThan(30);
        assertThat(whole.openCaches()).isZero();
        for (int pass = 0; pass < passes; pass++) {
            RuleDenoiser model = knowing("x");
            int last = pass;
            model.beforeForward(_ -> {
                if (model.passes().size() >= last) {
                    throw new IllegalStateException("broken");
                }
            });
            assertThatThrownBy(() -> run(model, document, how, DecodeOptions.ofSteps(64), java))
                    .hasMessageContaining("broken");
            assertThat(model.openCaches()).as("after %d passes", pass).isZero();
        }
    }

    @Test
    void an_answer_that_parses_is_preferred_where_the_text_parses_around_it() throws Exception {
        // Surer of "(b" by a little: with it the method does not parse.
        String before = "class A { int f(int b) { return ";
        Supplier<RuleDenoiser> model = () -> knowing(before + "(b; } }", before + "b; } }");
        Document document = Document.parse(before + "<|hole|>; } }");
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        DecodeOptions decode = DecodeOptions.ofSteps(64);
        LengthOptions parsing = PLAIN.withParses(true);
        assertThat(run(model.get(), document, PLAIN, decode, java).text()).isEqualTo("(b");
        Completion parses = run(model.get(), document, parsing, decode, java);
        assertThat(parses.text()).isEqualTo("b");
        assertThat(parses.notes()).isEmpty();
    }

    @Test
    void an_answer_that_a_compiler_refuses_is_not_preferred() throws Exception {
        // Surer of a name that nothing declares.
        String before = "class A { int f(int b) { return ";
        Supplier<RuleDenoiser> model = () -> knowing(before + "cc; } }", before + "b; } }");
        Document document = Document.parse(before + "<|hole|>; } }");
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        DecodeOptions decode = DecodeOptions.ofSteps(64);
        assertThat(run(model.get(), document, PLAIN, decode, java).text()).isEqualTo("cc");
        assertThat(run(model.get(), document, PLAIN.withParses(true), decode, java)
                        .text())
                .isEqualTo("b");
    }

    @Test
    void names_of_the_document_are_looked_at_where_an_answer_is_a_name() throws Exception {
        String before = "class A extends B { int sum = 1; int f() { return ";
        String after = "; } }";
        Supplier<RuleDenoiser> model = () -> sureOfRest(before, "sum", after, 'x');
        Document document = Document.parse(before + "<|hole|>" + after);
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        DecodeOptions decode = DecodeOptions.ofSteps(64);
        LengthOptions two = PLAIN.withCandidates(2);
        assertThat(run(model.get(), document, two, decode, java).text()).matches("x+");
        recorder.clear();
        RuleDenoiser named = model.get();
        Completion completion = run(named, document, two.withParses(true), decode, java);
        assertThat(completion.text()).isEqualTo("sum");
        assertThat(recorder.text(0)).isEqualTo("sum");
        assertThat(completion.cost().forwards()).isEqualTo((int) numPlans(named));
        assertThat(named.openCaches()).isZero();
    }

    @Test
    void of_the_names_those_that_fit_are_looked_at() throws Exception {
        // Sure of two letters of three: of the names that end in them the only number stands farthest.
        String before = "class A { int num; String hum, gum, rum, yum, sum; int f() { return ";
        String after = "; } }";
        Document document = Document.parse(before + "<|hole|>" + after);
        LengthOptions how = PLAIN.withCandidates(2).withReadsBack(false).withParses(true);
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        Completion completion =
                run(sureOfRest(before, "sum", after, 'x'), document, how, DecodeOptions.ofSteps(64), java);
        assertThat(completion.text()).isEqualTo("num");
    }

    @Test
    void names_are_looked_at_where_something_speaks_against_the_best_answer() throws Exception {
        String before = "class A { int sum, num; A(int sum, int num) { this.sum = ";
        String after = "; } }";
        Document document = Document.parse(before + "<|hole|>" + after);
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        LengthOptions how = PLAIN.withCandidates(2).withParses(true);
        for (char digit : List.of('(', '1')) {
            Completion completion =
                    run(sureOfRest(before, "sum", after, digit), document, how, DecodeOptions.ofSteps(64), java);
            assertThat(completion.text()).as("not %s", digit).isEqualTo("sum");
        }
    }

    @Test
    void words_that_are_no_variables_do_not_take_the_place_of_names() throws Exception {
        String words = IntStream.range(0, 130).mapToObj(i -> " w" + i).collect(Collectors.joining());
        String before = "class A { int f() { return ";
        String after = "; } /*" + words + " */ int sum; }";
        // It knows the name and is less sure at its length than elsewhere.
        int[] near = new ByteTokenizer().encode(before + "sum" + after.substring(0, SearchSetup.SIGHT));
        RuleDenoiser model = new RuleDenoiser(
                4096,
                (sequence, position) -> agrees(near, sequence) ? near[position] : '(',
                (sequence, _) -> agrees(near, sequence) ? 0.3 : 0.5);
        Completion completion = run(
                model,
                Document.parse(before + "<|hole|>" + after),
                PLAIN.withCandidates(2).withParses(true),
                DecodeOptions.ofSteps(64),
                WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA)));
        assertThat(completion.text()).isEqualTo("sum");
    }

    /** Not sure of a name's length, but of the rest of the name once a part of it stands; else of some char. */
    private static RuleDenoiser sureOfRest(String before, String name, String after, char other) {
        int[] known = new ByteTokenizer().encode(before + name + after);
        return new RuleDenoiser(
                4096,
                (sequence, position) -> agrees(known, sequence) ? known[position] : other,
                (sequence, position) -> {
                    boolean begun = IntStream.of(sequence).noneMatch(id -> id == ByteTokenizer.MASK)
                            || IntStream.range(before.length(), before.length() + name.length())
                                    .anyMatch(i -> sequence[i] == known[i]);
                    return !agrees(known, sequence) ? 0.5 : begun ? 0.99 : 0.45;
                });
    }

    @Test
    void a_text_that_does_not_parse_anyway_or_has_no_grammar_switches_that_off_and_says_so() throws Exception {
        DecodeOptions decode = DecodeOptions.ofSteps(64);
        LengthOptions parsing = PLAIN.withParses(true);
        String broken = "class B { int g( { \n } class A { int f(int b) { return ";
        Supplier<RuleDenoiser> model = () -> knowing(broken + "(b; } }", broken + "b; } }");
        Document document = Document.parse(broken + "<|hole|>; } }");
        Completion off = run(
                model.get(), document, parsing, decode, WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA)));
        assertThat(off.text()).isEqualTo("(b");
        assertThat(off.notes()).singleElement().asString().contains("does not parse as Java before anything");
        Completion unknown = run(model.get(), document, parsing, decode, WindowOptions.DEFAULT);
        assertThat(unknown.text()).isEqualTo("(b");
        assertThat(unknown.notes())
                .containsExactly(
                        "the text is in no language with a grammar: whether an answer parses is not looked at");
    }

    @Test
    void an_answer_that_goes_past_what_follows_the_hole_is_looked_at_without_that() throws Exception {
        // Surer of the long one in an empty hole, and of the short one when it reads them back.
        String before = "class A { int f(int n) { return ";
        String after = ";\n} }";
        int[] brief = new ByteTokenizer().encode(before + "n" + after);
        int[] all = new ByteTokenizer().encode(before + "n;\nn()" + after);
        Supplier<RuleDenoiser> model = () -> new RuleDenoiser(
                4096,
                (sequence, position) ->
                        agrees(brief, sequence) ? brief[position] : agrees(all, sequence) ? all[position] : 'x',
                (sequence, _) -> agrees(brief, sequence) ? 0.5 : agrees(all, sequence) ? 0.9 : 0.51);
        Document document = Document.parse(before + "<|hole|>" + after);
        WindowOptions java = WindowOptions.DEFAULT.withGrammar(Optional.of(Grammar.JAVA));
        DecodeOptions decode = DecodeOptions.ofSteps(64);
        LengthOptions two = PLAIN.withCandidates(2);
        assertThat(run(model.get(), document, two, decode, java).text()).isEqualTo("n;\nn()");
        recorder.clear();
        RuleDenoiser cut = model.get();
        Completion completion = run(cut, document, two.withParses(true), decode, java);
        assertThat(completion.text()).isEqualTo("n");
        assertThat(recorder.text(0)).isEqualTo("n");
        assertThat(cut.openCaches()).isZero();
    }
}
