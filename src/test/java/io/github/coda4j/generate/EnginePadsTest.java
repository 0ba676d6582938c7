package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.ConfidenceThreshold;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holes that close themselves: text, streaming, cost and events agree. */
@Timeout(30)
class EnginePadsTest {
    /** A byte that no text has. */
    private static final int PAD = 1;

    private final Recorder recorder = new Recorder();

    static Stream<DecodeOptions> shapes() {
        DecodeOptions steps = DecodeOptions.ofSteps(60).withCommit(new MaskGitPlus(0));
        return Stream.of(
                        steps,
                        steps.withSteps(20),
                        steps.withBlocks(1, CachePolicy.of("dual")),
                        steps.withBlocks(7, CachePolicy.of("prefix")),
                        steps.withBlocks(30, CachePolicy.of("dual", 2)),
                        steps.withCommit(new ConfidenceThreshold(0.5)).withBlocks(30, CachePolicy.NONE))
                .map(options -> options.withHolePad(OptionalInt.of(PAD)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void pads_drop_out_of_every_answer_and_are_told_as_what_they_are(DecodeOptions options) throws Exception {
        List<String> answers = List.of("naïve 😀 x", "");
        Document document = Document.parse("int a = <|hole|>; b(<|hole|>);\n", 30);
        RuleDenoiser model = saying(document, answers);
        Completion completion = run(model, GenerateRequest.of(document, options));
        assertThat(completion.holeTexts()).isEqualTo(answers);
        assertThat(recorder.text(0)).isEqualTo(answers.get(0));
        assertThat(recorder.text(1)).isEmpty();
        assertThat(recorder.pieces).noneMatch(String::isEmpty);
        assertThat(completion.holes().get(0).ids()).hasSize(13).doesNotContain(PAD);
        assertThat(completion.holes().get(1).ids()).isEmpty();
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);

        Cost cost = completion.cost();
        assertThat(cost.newTokens()).isEqualTo(13);
        assertThat(cost.pads()).isEqualTo(60 - 13);
        assertThat(cost.commits()).isEqualTo(60);
        assertThat(cost.commitsPerForward()).isEqualTo(13.0 / cost.forwards());
        assertReplays(model, completion);
    }

    /** What the events say makes up the canvases that they show, and the answer's ids. */
    private void assertReplays(RuleDenoiser model, Completion completion) {
        int[] canvas = model.passes().getFirst().getFirst().ids().clone();
        int commits = 0;
        for (StepEvent step : recorder.steps) {
            for (CommitEvent commit : step.commits()) {
                assertThat(canvas[commit.position()]).isEqualTo(ByteTokenizer.MASK);
                canvas[commit.position()] = commit.token();
                commits++;
            }
            assertThat(step.canvas()).isEqualTo(canvas);
        }
        assertThat(completion.ids())
                .containsExactly(Arrays.stream(canvas).boxed().toArray(Integer[]::new));
        assertThat(commits).isEqualTo(completion.cost().commits());
    }

    @Test
    void an_answer_that_ends_early_stops_early() throws Exception {
        Document document = Document.parse("return <|hole|>;", 64);
        DecodeOptions options = DecodeOptions.ofSteps(64).withHolePad(OptionalInt.of(PAD));
        Completion completion = run(sure(document, List.of("abc")), GenerateRequest.of(document, options));
        assertThat(completion.text()).isEqualTo("abc");
        assertThat(completion.cost().forwards()).isLessThanOrEqualTo(4);
        assertThat(completion.cost().pads()).isEqualTo(61);
    }

    @Test
    void a_hole_whose_length_is_searched_may_close_too() throws Exception {
        Document document = Document.parse("return <|hole|>;");
        int start = "return".length();
        RuleDenoiser model = new RuleDenoiser(
                1000,
                (_, position) -> position >= start && position < start + 4 ? " abc".charAt(position - start) : PAD,
                (_, position) -> 0.9 + position / 1e4);
        DecodeOptions options = DecodeOptions.ofSteps(64).withHolePad(OptionalInt.of(PAD));
        Completion completion = run(model, GenerateRequest.of(document, options));
        assertThat(completion.text()).isEqualTo("abc");
        assertThat(recorder.text(0)).isEqualTo("abc");
        Cost cost = completion.cost();
        assertThat(cost.commits()).isEqualTo(4 + cost.pads());
        assertThat(completion.ids().stream().filter(id -> id == PAD)).hasSize(cost.pads());
    }

    @Test
    void a_hole_that_is_full_ends_at_its_length() throws Exception {
        Document document = Document.parse("return <|hole|>;", 3);
        DecodeOptions options = DecodeOptions.ofSteps(3).withHolePad(OptionalInt.of(PAD));
        Completion completion = run(sure(document, List.of("abc")), GenerateRequest.of(document, options));
        assertThat(completion.text()).isEqualTo("abc");
        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(completion.cost().pads()).isZero();
    }

    @Test
    void without_a_pad_the_token_is_one_like_others() throws Exception {
        Document document = Document.parse("return <|hole|>;", 5);
        Completion completion =
                run(sure(document, List.of("abc")), GenerateRequest.of(document, DecodeOptions.ofSteps(5)));
        assertThat(completion.text()).isEqualTo("abc\u0001\u0001");
        assertThat(completion.cost().pads()).isZero();
        assertThat(completion.cost().newTokens()).isEqualTo(5);
    }

    @Test
    void a_stop_string_in_a_closed_hole_cuts_it_and_a_completion_ends_by_a_pad() throws Exception {
        Document document = Document.completion("abc", 40);
        DecodeOptions options = DecodeOptions.ofSteps(40).withHolePad(OptionalInt.of(PAD));
        Completion closed = run(sure(document, List.of("one\n\ntwo")), GenerateRequest.of(document, options));
        assertThat(closed.text()).isEqualTo("one\n\ntwo");
        assertThat(closed.finishReason()).isEqualTo(FinishReason.STOP);
        Completion cut = run(
                sure(document, List.of("one\n\ntwo")),
                GenerateRequest.of(document, options).withStopStrings("\n\n"));
        assertThat(cut.text()).isEqualTo("one");
        assertThat(cut.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    }

    @Test
    void pads_of_windows_add_up() {
        Cost one = new Cost(3, 1, 8, 7, 5, 0, 1, 1).withPads(3);
        Cost other = new Cost(2, 1, 4, 7, 4, 0, 1, 1);
        assertThat(one.plus(other, 2, 20, 0).pads()).isEqualTo(3);
        assertThat(one.plus(other, 2, 20, 0).commitsPerForward()).isEqualTo(9.0 / 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.withPads(5))
                .withMessage("5 of 4 commits cannot be pads");
    }

    private Completion run(RuleDenoiser model, GenerateRequest request) throws InterruptedException {
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request, recorder).await();
        } finally {
            assertThat(model.openCaches()).isZero();
        }
    }

    /** Proposes the bytes of each hole's answer, then pads; in any order. */
    private static RuleDenoiser saying(Document document, List<String> answers) {
        int[] expected = expected(document, answers);
        return new RuleDenoiser(1000, (_, position) -> expected[position]);
    }

    /** The same, and sure of it all: pads close at once as far as they go. */
    private static RuleDenoiser sure(Document document, List<String> answers) {
        int[] expected = expected(document, answers);
        return new RuleDenoiser(1000, (_, position) -> expected[position], (_, position) -> 0.9 + position / 1e4);
    }

    private static int[] expected(Document document, List<String> answers) {
        PromptLayout layout =
                PromptLayout.of(new Prompt.Text(document), ByteTokenizer.MASK, 1000, Optional.of(new ByteTokenizer()));
        int[] expected = layout.ids().clone();
        for (int hole = 0; hole < answers.size(); hole++) {
            byte[] bytes = answers.get(hole).getBytes(StandardCharsets.UTF_8);
            int start = layout.holes().get(hole).start();
            for (int i = start; i < layout.holes().get(hole).end(); i++) {
                expected[i] = i - start < bytes.length ? bytes[i - start] & 0xFF : PAD;
            }
        }
        return expected;
    }
}
