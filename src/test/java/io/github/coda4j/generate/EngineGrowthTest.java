package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.Origin;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Completions that grow: text, streaming, events, cost and reasons agree. */
@Timeout(30)
class EngineGrowthTest {
    private static final int PAD = 1;
    private static final String PROMPT = "say: ";
    /** The space at its end is left to the answer. */
    private static final int GIVEN = PROMPT.length() - 1;

    private static final String ANSWER = "naïve 😀, and then some more of it\nand a second line";

    private final Recorder recorder = new Recorder();

    static Stream<DecodeOptions> shapes() {
        DecodeOptions steps = DecodeOptions.ofSteps(1024)
                .withEndTokens(Set.of(ByteTokenizer.END))
                .withGrowth(new Growth.Chunks(16));
        return Stream.of(
                steps,
                steps.withSteps(512).withCommit(new Origin()).withSeed(3),
                steps.withBlocks(8, CachePolicy.of("dual")),
                steps.withBlocks(16, CachePolicy.of("prefix", 2)),
                steps.withGrowth(Growth.NONE)
                        .withCommit(new ConfidenceThreshold(0.9))
                        .withBlocks(32, CachePolicy.of("prefix"))
                        .withGrowth(Growth.RHO_EOS));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void an_answer_is_streamed_whole_and_costs_what_it_needs(DecodeOptions options) throws Exception {
        RuleDenoiser model = saying(ANSWER, ByteTokenizer.END);
        Completion completion = run(model, completion(1024, options));
        assertThat(completion.text()).isEqualTo(ANSWER);
        assertThat(recorder.text(0)).isEqualTo(ANSWER);
        assertThat(recorder.pieces.size()).as("pieces come while it grows").isGreaterThan(1);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(completion.holes().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(completion.ids()).hasSizeLessThanOrEqualTo(GIVEN + 2 * 64);
        assertThat(completion.cost().forwards()).isLessThanOrEqualTo(64);
        assertThat(completion.cost().promptTokens()).isEqualTo(GIVEN);
        assertReplays(completion);
    }

    /** Each event's canvas is the one before, longer or shorter, with the event's commits. */
    private void assertReplays(Completion completion) {
        int[] canvas = recorder.steps.getFirst().canvas();
        for (StepEvent step : recorder.steps.subList(1, recorder.steps.size())) {
            int before = canvas.length;
            canvas = Arrays.copyOf(canvas, step.canvas().length);
            if (canvas.length > before) {
                Arrays.fill(canvas, before, canvas.length, ByteTokenizer.MASK);
            }
            for (CommitEvent commit : step.commits()) {
                canvas[commit.position()] = commit.token();
            }
            assertThat(step.canvas()).isEqualTo(canvas);
        }
        assertThat(completion.ids().size())
                .isLessThanOrEqualTo(Math.max(canvas.length, completion.ids().size()));
        List<Integer> shown = Arrays.stream(canvas).boxed().toList();
        int both = Math.min(shown.size(), completion.ids().size());
        assertThat(completion.ids().subList(0, both)).isEqualTo(shown.subList(0, both));
    }

    @Test
    void answers_do_not_depend_on_what_is_packed_with_them() throws Exception {
        List<GenerateRequest> requests = new ArrayList<>();
        shapes().forEach(options -> requests.add(GenerateRequest.of(
                Document.completion("p" + requests.size(), 64),
                options.withSteps(64).withSampling(0.8, 1, 0).withEndTokens(Set.of()))));
        List<List<Integer>> alone = new ArrayList<>();
        for (GenerateRequest request : requests) {
            alone.add(run(RuleDenoiser.ofHash(), request).ids());
        }
        try (Engine engine = new Engine(RuleDenoiser.ofHash(), new ByteTokenizer(), EngineOptions.DEFAULT)) {
            List<Generation> together = requests.stream()
                    .map(request -> engine.submit(request, GenerationListener.NONE))
                    .toList();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(together.get(i).await().ids())
                        .isEqualTo(alone.get(i))
                        .hasSize(2 + 64);
            }
        }
    }

    @Test
    void a_stop_string_over_the_border_of_two_chunks_ends_the_growth() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(1024).withGrowth(new Growth.Chunks(8));
        RuleDenoiser model = saying("1234567STOP and on and on and on", 'z');
        Completion cut = run(model, completion(1024, options).withStopStrings("STOP"));
        assertThat(cut.text()).isEqualTo("1234567");
        assertThat(recorder.text(0)).isEqualTo("1234567");
        assertThat(cut.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        assertThat(cut.ids()).hasSize(GIVEN + 16);
    }

    @Test
    void a_pad_ends_it_and_a_full_ceiling_has_length_as_its_reason() throws Exception {
        DecodeOptions options =
                DecodeOptions.ofSteps(40).withGrowth(new Growth.Chunks(8)).withHolePad(OptionalInt.of(PAD));
        Completion closed = run(saying("twelve bytes", PAD), completion(40, options));
        assertThat(closed.text()).isEqualTo("twelve bytes");
        assertThat(closed.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(closed.cost().pads()).isEqualTo(3);
        Completion full = run(saying("x".repeat(60), PAD), completion(40, options));
        assertThat(full.text()).isEqualTo("x".repeat(39));
        assertThat(full.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void a_completion_that_is_cancelled_or_late_keeps_what_it_has() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(1024).withGrowth(new Growth.Chunks(8));
        RuleDenoiser model = saying("x".repeat(2000), 'x');
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            Generation[] running = new Generation[1];
            Generation generation = engine.submit(completion(1024, options), new GenerationListener() {
                @Override
                public void onStep(StepEvent event) {
                    if (event.canvas().length == GIVEN + 24) {
                        while (running[0] == null) {
                            Thread.onSpinWait();
                        }
                        running[0].cancel();
                    }
                }
            });
            running[0] = generation;
            Completion completion = generation.await();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(completion.text()).matches("x{16,}");
        }
    }

    @Test
    void an_open_hole_at_the_end_grows_instead_of_being_searched_and_others_do_not_go_with_it() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(64)
                .withEndTokens(Set.of(ByteTokenizer.END))
                .withGrowth(new Growth.Chunks(16));
        Document open = Document.parse(PROMPT + "<|hole|>", List.of(Document.Hole.upTo(64)));
        Completion completion = run(saying("short", ByteTokenizer.END), GenerateRequest.of(open, options));
        assertThat(completion.text()).isEqualTo("short");
        assertThat(completion.cost().lengthsTried()).isZero();
        Document both = Document.parse("a <|hole|> b <|hole|>", List.of(Document.Hole.auto(), new Document.Hole(64)));
        assertThatThrownBy(() -> GenerateRequest.of(both, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("grow 16 does not go with holes whose lengths are found");
    }

    @Test
    void windows_of_a_document_grow_where_the_last_hole_ends_it() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(40).withGrowth(new Growth.Chunks(8));
        String far = "line\n".repeat(100);
        Document document = Document.parse("a = <|hole|>;\n" + far + "z = <|hole|>", 8, 32);
        RuleDenoiser model = new RuleDenoiser(4096, (_, _) -> 'x');
        Completion completion =
                run(model, GenerateRequest.of(document, options).withWindows(WindowOptions.DEFAULT.withContext(100)));
        assertThat(completion.cost().windows()).isEqualTo(2);
        assertThat(completion.holeTexts()).containsExactly("x".repeat(8), "x".repeat(32));
    }

    private static GenerateRequest completion(int ceiling, DecodeOptions options) {
        return GenerateRequest.of(Document.completion(PROMPT, ceiling), options);
    }

    private Completion run(RuleDenoiser model, GenerateRequest request) throws InterruptedException {
        recorder.clear();
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request, recorder).await();
        } finally {
            assertThat(model.openCaches()).isZero();
        }
    }

    private static RuleDenoiser saying(String answer, int rest) {
        int[] bytes = new ByteTokenizer().encode(" " + answer);
        return new RuleDenoiser(
                4096,
                (_, position) -> position - GIVEN < bytes.length ? bytes[Math.max(0, position - GIVEN)] : rest,
                (_, position) -> 0.89 - position / 1e4);
    }
}
