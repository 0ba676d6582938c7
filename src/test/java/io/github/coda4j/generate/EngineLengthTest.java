package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Document.Hole;
import io.github.coda4j.generate.length.LengthBias;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holes whose length is found. The network knows a text and is sure of what stands in it, less so the more it lacks.
 */
@Timeout(30)
@Tag("slow")
class EngineLengthTest {
    private static final LengthOptions PLAIN =
            LengthOptions.DEFAULT.withBias(LengthBias.NONE).withParses(false);

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "abcde", "abcdefghi", "abcdefghijklmnopqrstuvwxyz"})
    void a_hole_gets_the_length_of_the_text_that_the_model_is_surest_of(String answer) throws Exception {
        RuleDenoiser model = knowing("xx" + answer + "yy");
        Completion completion = run(model, Document.parse("xx<|hole|>yy"), PLAIN);
        assertThat(completion.text()).isEqualTo(answer);
        assertThat(recorder.text(0)).isEqualTo(answer);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(completion.ids()).hasSize(answer.length() + 4);
        assertThat(completion.cost().newTokens()).isEqualTo(answer.length());
        assertThat(completion.cost().forwards()).isEqualTo((int) numPlans(model));
        assertThat(completion.cost().forwards() - completion.cost().lengthForwards())
                .isBetween(1, answer.length());
        assertThat(completion.cost().lengthsTried()).isBetween(5, 64);
        assertThat(completion.notes()).isEmpty();
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void a_found_length_gives_the_answer_of_the_given_one() throws Exception {
        DecodeOptions drawn =
                DecodeOptions.ofSteps(64).withSampling(0.8, 0.9, 0).withSeed(5);
        Completion found = run(knowing("xxabcyy"), Document.parse("xx<|hole|>yy"), PLAIN, drawn);
        Recorder heard = new Recorder();
        try (Engine engine = new Engine(knowing("xxabcyy"), new ByteTokenizer(), EngineOptions.DEFAULT)) {
            Completion given = engine.submit(
                            GenerateRequest.of(Document.parse("xx<|hole|>yy", 3), drawn.withSteps(3)), heard)
                    .await();
            assertThat(found.holes().getFirst().ids())
                    .isEqualTo(given.holes().getFirst().ids());
        }
        assertThat(recorder.steps).usingRecursiveComparison().isEqualTo(heard.steps);
    }

    @Test
    void several_holes_get_lengths_of_their_own_beside_given_ones() throws Exception {
        Document document =
                Document.parse("(<|hole|>)[<|hole|>]{<|hole|>}", List.of(Hole.upTo(12), new Hole(2), Hole.upTo(12)));
        Completion completion =
                run(knowingLengths(Map.of('(', 6, '[', 2, '{', 1)), document, PLAIN.withReadsBack(false));
        assertThat(completion.holeTexts().stream().map(String::length)).containsExactly(6, 2, 1);
        assertThat(completion.holes().stream().map(HoleAnswer::finishReason))
                .containsExactly(FinishReason.STOP, FinishReason.LENGTH, FinishReason.STOP);
    }

    @ParameterizedTest
    @CsvSource({"1, a", "2, ab", "3, abc"})
    void a_ceiling_is_kept_and_an_answer_that_reaches_it_says_so(int ceiling, String text) throws Exception {
        Document document = Document.parse("xx<|hole|>yy", List.of(Hole.upTo(ceiling)));
        Completion completion = run(knowing("xxabcdefyy"), document, PLAIN.withCandidates(1));
        assertThat(completion.text().length()).isLessThanOrEqualTo(ceiling);
        if (ceiling == 1) {
            assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(completion.cost().lengthsTried()).isEqualTo(1);
        }
    }

    @Test
    void a_ceiling_of_nothing_or_beyond_the_model_is_refused() {
        assertThatThrownBy(() -> Hole.upTo(0)).hasMessage("a hole needs at least 1 token, got 0");
        assertThatThrownBy(() -> run(knowing("x"), Document.parse("x<|hole|>y", List.of(Hole.upTo(5000))), PLAIN))
                .isInstanceOf(WrongValueException.class)
                .hasMessageContaining("4096");
    }

    @Test
    void a_document_of_nothing_but_a_hole_has_an_answer() throws Exception {
        Completion completion = run(knowing("hello"), Document.parse("<|hole|>"), PLAIN);
        assertThat(completion.text()).isEqualTo("hello");
    }

    @Test
    void holes_with_a_space_between_them_have_an_answer_each_and_holes_without_are_refused() throws Exception {
        Completion completion = run(knowing("xxabcd efyy"), Document.parse("xx<|hole|> <|hole|>yy"), PLAIN);
        assertThat(completion.holeTexts()).hasSize(2).noneMatch(String::isEmpty);
        assertThatThrownBy(() -> Document.parse("xx<|hole|><|hole|>yy"))
                .hasMessage("segments 1 and 2 of the document are both holes: make one of them");
    }

    @Test
    void a_window_smaller_than_the_ceiling_is_refused() {
        Document document = Document.parse("x".repeat(50) + "<|hole|>y");
        WindowOptions windows = WindowOptions.DEFAULT.withContext(32);
        assertThatThrownBy(() -> run(knowing("x"), document, PLAIN, DecodeOptions.ofSteps(64), windows))
                .isInstanceOf(WrongValueException.class)
                .hasMessageContaining("a hole of 64 tokens does not fit in a context of 32 tokens");
    }

    @Test
    void windows_find_lengths_one_after_the_other() throws Exception {
        Document document =
                Document.parse("(<|hole|>)" + ".".repeat(200) + "[<|hole|>]", List.of(Hole.upTo(8), Hole.upTo(8)));
        Completion completion = run(
                knowingLengths(Map.of('(', 3, '[', 2)),
                document,
                PLAIN.withReadsBack(false),
                DecodeOptions.ofSteps(16),
                WindowOptions.DEFAULT.withContext(40));
        assertThat(completion.cost().windows()).isEqualTo(2);
        assertThat(completion.cost().lengthsTried()).isGreaterThan(8);
        assertThat(completion.holeTexts().stream().map(String::length)).containsExactly(3, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "prefix", "dual"})
    void completions_in_blocks_have_whole_blocks(String cache) throws Exception {
        DecodeOptions blocks = DecodeOptions.ofSteps(16).withBlocks(4, CachePolicy.of(cache));
        RuleDenoiser model = knowing("xxabcdefgh");
        Completion completion = run(model, Document.parse("xx<|hole|>", List.of(Hole.upTo(16))), PLAIN, blocks);
        assertThat(completion.text()).isEqualTo("abcdefgh");
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void a_search_sees_the_text_near_the_hole_and_the_answer_is_decoded_with_all_of_it() throws Exception {
        String far = "x".repeat(400);
        RuleDenoiser model = knowingLengths(Map.of('(', 5));
        Document document = Document.parse(far + "(<|hole|>)" + far);
        Completion completion = run(model, document, PLAIN.withReadsBack(false));
        assertThat(completion.text()).hasSize(5);
        assertThat(completion.ids()).hasSize(807);
        List<Integer> seen = model.passes().stream()
                .flatMap(List::stream)
                .map(plan -> plan.ids().length)
                .toList();
        int searched = completion.cost().lengthForwards();
        assertThat(seen.subList(0, searched)).allMatch(length -> length <= 2 * 80 + 64);
        assertThat(seen.subList(searched, seen.size())).isNotEmpty().allMatch(length -> length == 807);
        String answer = IntStream.range(401, 406)
                .mapToObj(position -> Character.toString('a' + position % 26))
                .collect(Collectors.joining());
        assertThat(completion.text()).isEqualTo(answer);
    }

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
    void the_text_around_a_hole_is_run_once_and_the_hole_alone_for_each_length() throws Exception {
        String near = "x".repeat(60);
        RuleDenoiser model = knowing(near + "abcde" + near);
        Completion completion = run(model, Document.parse(near + "<|hole|>" + near), PLAIN);
        assertThat(completion.text()).isEqualTo("abcde");
        List<ForwardPlan> plans = model.passes().stream().flatMap(List::stream).toList();
        int searched = completion.cost().lengthForwards();
        assertThat(plans.getFirst().cache()).isInstanceOf(CacheAccess.Fill.class);
        assertThat(plans.subList(1, searched)).hasSizeGreaterThan(12).allSatisfy(plan -> {
            assertThat(plan.cache()).isInstanceOf(CacheAccess.Reuse.class);
            assertThat(plan.ids().length).as("a hole of at most 12 tokens").isLessThanOrEqualTo(12 + 4 + 8);
        });
        assertThat(plans.subList(searched, plans.size()))
                .hasSizeBetween(3, 5)
                .allMatch(plan -> plan.ids().length == 125);
        assertThat(model.openCaches()).isZero();
    }

    @Test
    void a_search_that_ends_early_leaves_nothing_open() throws Exception {
        for (int pass = 0; pass < 8; pass++) {
            RuleDenoiser model = knowingLengths(Map.of('(', 5));
            int last = pass;
            model.beforeForward(_ -> {
                if (model.passes().size() > last) {
                    throw new IllegalStateException("broken");
                }
            });
            String near = "x".repeat(60);
            assertThatThrownBy(() -> run(model, Document.parse(near + "(<|hole|>)" + near), PLAIN))
                    .hasMessageContaining("broken");
            assertThat(model.openCaches()).as("after %d passes", pass).isZero();
        }
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
    void a_late_search_in_a_long_text_answers_with_the_whole_sequence() throws Exception {
        RuleDenoiser model = knowingLengths(Map.of('(', 5));
        model.beforeForward(plans -> {
            if (plans.getFirst().ids().length > 500) {
                sleep();
            }
        });
        String far = "x".repeat(400);
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            Completion late = engine.generate(request(
                            Document.parse(far + "(<|hole|>)" + far),
                            PLAIN.withReadsBack(false),
                            DecodeOptions.ofSteps(64))
                    .withDeadline(Duration.ofMillis(1500)));
            assertThat(late.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(late.ids()).hasSize(807);
        }
    }

    @Test
    void forwards_of_a_search_are_packed_as_far_as_the_engine_packs() throws Exception {
        RuleDenoiser model = knowing("xxabcyy");
        try (Engine engine = new Engine(model, new ByteTokenizer(), new EngineOptions(4, 4, 20))) {
            engine.generate(request(Document.parse("xx<|hole|>yy"), PLAIN, DecodeOptions.ofSteps(64)));
        }
        assertThat(model.passes()).anyMatch(pass -> pass.size() > 1);
        assertThat(model.passes())
                .allMatch(pass -> pass.size() == 1
                        || pass.stream().mapToInt(plan -> plan.ids().length).sum() <= 20);
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
        Document inherits = Document.parse("class A extends B { int f(int b) { return <|hole|>; } }");
        String own = "class A extends B { int f(int b) { return ";
        assertThat(run(knowing(own + "cc; } }", own + "b; } }"), inherits, PLAIN.withParses(true), decode, java)
                        .text())
                .as("a name that may be inherited")
                .isEqualTo("cc");
    }

    @Test
    void names_of_the_document_are_looked_at_where_an_answer_is_a_name() throws Exception {
        // It is not sure of the name's length, but of the rest of the name once a part of it stands.
        String before = "class A extends B { int sum = 1; int f() { return ";
        String after = "; } }";
        int[] known = new ByteTokenizer().encode(before + "sum" + after);
        Supplier<RuleDenoiser> model = () -> new RuleDenoiser(
                4096, (sequence, position) -> agrees(known, sequence) ? known[position] : 'x', (sequence, position) -> {
                    boolean begun = IntStream.of(sequence).noneMatch(id -> id == ByteTokenizer.MASK)
                            || IntStream.range(before.length(), before.length() + 3)
                                    .anyMatch(i -> sequence[i] == known[i]);
                    return !agrees(known, sequence) ? 0.5 : begun ? 0.99 : 0.45;
                });
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
    void a_cancelled_search_ends_with_nothing() throws Exception {
        RuleDenoiser model = knowing("xxabcdefghijyy");
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            CompletableFuture<Generation> submitted = new CompletableFuture<>();
            model.beforeForward(plans -> submitted.join().cancel());
            Generation running =
                    engine.submit(request(Document.parse("xx<|hole|>yy"), PLAIN, DecodeOptions.ofSteps(64)), recorder);
            submitted.complete(running);
            Completion cancelled = running.await();
            assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(cancelled.text()).isEmpty();
            assertThat(cancelled.cost().forwards())
                    .isEqualTo(cancelled.cost().lengthForwards())
                    .isPositive();
        }
    }

    @Test
    void a_late_search_ends_with_the_best_that_is_decoded() throws Exception {
        RuleDenoiser model = knowing("xxabcdefghijyy");
        model.beforeForward(plans -> {
            // Of two trials one is decoded.
            if (plans.size() < 2 && plans.stream().anyMatch(plan -> isBegun(plan.ids()))) {
                sleep();
            }
        });
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            Completion late = engine.generate(request(Document.parse("xx<|hole|>yy"), PLAIN, DecodeOptions.ofSteps(64))
                    .withDeadline(Duration.ofMillis(1500)));
            assertThat(late.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(late.text()).isNotEmpty();
        }
    }

    private static boolean isBegun(int[] ids) {
        return IntStream.range(2, ids.length - 2).anyMatch(i -> ids[i] != ByteTokenizer.MASK);
    }

    private static void sleep() {
        try {
            Thread.sleep(1600);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Completion run(RuleDenoiser model, Document document, LengthOptions how) throws Exception {
        return run(model, document, how, DecodeOptions.ofSteps(64));
    }

    private Completion run(RuleDenoiser model, Document document, LengthOptions how, DecodeOptions decode)
            throws Exception {
        return run(model, document, how, decode, WindowOptions.DEFAULT);
    }

    private Completion run(
            RuleDenoiser model, Document document, LengthOptions how, DecodeOptions decode, WindowOptions windows)
            throws Exception {
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request(document, how, decode).withWindows(windows), recorder)
                    .await();
        }
    }

    private static GenerateRequest request(Document document, LengthOptions how, DecodeOptions decode) {
        return GenerateRequest.of(document, decode).withLengths(how);
    }

    private static long numPlans(RuleDenoiser model) {
        return model.passes().stream().mapToLong(List::size).sum();
    }

    /**
     * Knows texts, the first one best. Where a sequence has the length of one of them and agrees with it, it proposes
     * what stands there; elsewhere letters of the first, less surely.
     */
    private static RuleDenoiser knowing(String... texts) {
        List<int[]> known = List.of(texts).stream()
                .map(text -> new ByteTokenizer().encode(text))
                .toList();
        return new RuleDenoiser(
                4096,
                (sequence, position) -> best(known, sequence)[Math.min(position, best(known, sequence).length - 1)],
                (sequence, position) -> {
                    int rank = IntStream.range(0, known.size())
                            .filter(i -> agrees(known.get(i), sequence))
                            .findFirst()
                            .orElse(known.size());
                    double distance = Math.abs(sequence.length - known.getFirst().length);
                    double sure = rank == known.size() ? 0.6 / (1 + 0.1 * distance) : 0.95 - 0.05 * rank;
                    return sure - 1e-4 * (position % 7);
                });
    }

    /** Sure of what stands between brackets at the length that it knows for the opening one. */
    private static RuleDenoiser knowingLengths(Map<Character, Integer> lengths) {
        return new RuleDenoiser(4096, (_, position) -> 'a' + position % 26, (sequence, position) -> {
            int left = position;
            while (left > 0 && !lengths.containsKey((char) sequence[left])) {
                left--;
            }
            int right = position;
            while (right < sequence.length && ")]}".indexOf(sequence[right]) < 0) {
                right++;
            }
            return right - left - 1 == lengths.getOrDefault((char) sequence[left], -1) ? 0.99 : 0.1;
        });
    }

    private static int[] best(List<int[]> known, int[] sequence) {
        return known.stream().filter(text -> agrees(text, sequence)).findFirst().orElse(known.getFirst());
    }

    private static boolean agrees(int[] text, int[] sequence) {
        return text.length == sequence.length
                && IntStream.range(0, text.length)
                        .allMatch(i -> sequence[i] == ByteTokenizer.MASK || sequence[i] == text[i]);
    }
}
