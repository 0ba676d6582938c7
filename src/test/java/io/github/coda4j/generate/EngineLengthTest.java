package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.Document.Hole;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
class EngineLengthTest extends HoleSearchFixture {
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
            assertThat(plan.ids().length).as("a hole of at most 12 tokens").isLessThanOrEqualTo(12 + 2 + 4);
        });
        assertThat(plans.subList(searched, plans.size()))
                .hasSizeBetween(3, 5)
                .allMatch(plan -> plan.ids().length == 125);
        assertThat(model.openCaches()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 60})
    void every_answer_that_is_compared_is_read_back_in_two_forwards(int beside) throws Exception {
        String near = "x".repeat(beside);
        Document document = Document.parse(near + "<|hole|>" + near);
        int read = run(knowing(near + "abcde" + near), document, PLAIN).cost().lengthForwards();
        Completion unread = run(knowing(near + "abcde" + near), document, PLAIN.withReadsBack(false));
        assertThat(read - unread.cost().lengthForwards()).isEqualTo(2 * LengthOptions.DEFAULT_CANDIDATES);
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
}
