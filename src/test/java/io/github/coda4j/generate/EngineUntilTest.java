package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.Growth;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.generate.request.Until;
import io.github.coda4j.syntax.Grammar;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that end with a line or a block. */
@Timeout(30)
class EngineUntilTest {
    private static final String IF = "if (a) {\n    b();\n  } else {\n    c();\n  }";

    private final Recorder recorder = new Recorder();

    static Stream<DecodeOptions> shapes() {
        DecodeOptions steps = DecodeOptions.ofSteps(60);
        return Stream.of(
                steps, steps.withBlocks(10, CachePolicy.of("dual")), steps.withBlocks(1, CachePolicy.of("prefix")));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void a_line_ends_an_answer_and_nothing_is_run_for_what_is_behind_it(DecodeOptions options) throws Exception {
        String line = "naïve = 😀;";
        Completion completion = run(leftToRight("{", line + "\nmore();\n"), "{<|hole|>}", 60, options, Until.LINE);
        assertThat(completion.text()).isEqualTo(line);
        assertThat(recorder.text(0)).isEqualTo(line);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.UNTIL);
        int tokens = line.getBytes(StandardCharsets.UTF_8).length + 1;
        assertThat(completion.cost().forwards()).isBetween(tokens - 1, tokens);
        assertThat(completion.holes().getFirst().ids()).hasSize(tokens);
    }

    @Test
    void masks_behind_a_line_end_are_given_up_before_the_line_is_whole() throws Exception {
        // The line end comes first, then everything from the right end on.
        String answer = "abcdefgh\n" + "z".repeat(51);
        RuleDenoiser model = new RuleDenoiser(
                1000,
                (_, position) -> answer.charAt(Math.clamp(position - 1, 0, 59)),
                (_, position) -> position == 9 ? 0.99 : position == 1 ? 0.98 : 0.5 + position / 1e4);
        Completion completion = run(model, "{<|hole|>}", 60, DecodeOptions.ofSteps(60), Until.LINE);
        assertThat(completion.text()).isEqualTo("abcdefgh");
        assertThat(completion.cost().forwards()).isBetween(8, 9);
        assertThat(completion.cost().commits()).isEqualTo(9);
    }

    @Test
    void leading_blank_lines_are_no_line_and_one_line_ends_at_its_length() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(12);
        Completion later = run(leftToRight("{", "\n\n  x = 1;\r\ny"), "{<|hole|>}", 12, options, Until.LINE);
        assertThat(later.text()).isEqualTo("\n\n  x = 1;");
        Completion whole = run(leftToRight("{", "twelve bytes"), "{<|hole|>}", 12, options, Until.LINE);
        assertThat(whole.text()).isEqualTo("twelve bytes");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void the_earlier_of_a_stop_string_and_a_line_counts() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(20);
        GenerateRequest request = request("{<|hole|>}", 20, options).withUntil(Until.LINE);
        String answer = "one two\nthree four five";
        Completion stopped = run(leftToRight("{", answer), request.withStopStrings("two"));
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        Completion line = run(leftToRight("{", answer), request.withStopStrings("two\nthree"));
        assertThat(line.text()).isEqualTo("one two");
        assertThat(line.finishReason()).isEqualTo(FinishReason.UNTIL);
    }

    @Test
    void every_hole_has_a_line_of_its_own_and_the_others_go_on() throws Exception {
        String text = "a<|hole|>b<|hole|>c";
        RuleDenoiser model = new RuleDenoiser(
                1000,
                (_, position) -> position <= 30
                        ? "one\n".charAt((position - 1) % 4)
                        : "a longer line\n".charAt((position - 32) % 14),
                (_, position) -> 0.9 - position / 1e4);
        Completion completion = run(
                model,
                request(text, 30, DecodeOptions.ofSteps(60).withBlocks(10, CachePolicy.of("dual")))
                        .withUntil(Until.LINE));
        assertThat(completion.holeTexts()).containsExactly("one", "a longer line");
        assertThat(completion.cost().forwards()).isBetween(16, 18);
    }

    @Test
    void a_block_goes_on_while_its_next_word_belongs_to_it() throws Exception {
        for (Optional<Grammar> grammar : List.of(Optional.of(Grammar.JAVA), Optional.<Grammar>empty())) {
            String before = "class A { void f() {\n  ";
            String after = "\n} }\n";
            GenerateRequest request = request(before + "<|hole|>" + after, 80, DecodeOptions.ofSteps(80))
                    .withWindows(
                            new WindowOptions(WindowOptions.DEFAULT.context(), WindowOptions.DEFAULT.before(), grammar))
                    .withUntil(Until.BLOCK);
            // The model does not see the space before the hole.
            RuleDenoiser model = leftToRight(before.strip() + "\n ", " " + IF + "\n  d(); e();\n  f();\n");
            Completion completion = run(model, request);
            assertThat(completion.text()).isEqualTo(IF);
            assertThat(recorder.text(0)).isEqualTo(IF);
            assertThat(completion.finishReason()).isEqualTo(FinishReason.UNTIL);
            assertThat(completion.cost().forwards())
                    .as("the first word behind the block shows that it is over")
                    .isEqualTo((" " + IF + "\n  d(").length());
        }
    }

    @Test
    void a_block_that_is_not_over_is_the_whole_answer_and_streams_line_by_line() throws Exception {
        String text = "if (a) {\n    b();\n    c();\n";
        RuleDenoiser model = leftToRight("{\n", text);
        Completion completion = run(model, "{\n<|hole|>}", text.length(), DecodeOptions.ofSteps(40), Until.BLOCK);
        assertThat(completion.text()).isEqualTo(text);
        assertThat(recorder.pieces).contains("if (a) {\n", "    b();\n");
        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void a_completion_of_ids_ends_with_its_line_and_does_not_grow_behind_it() throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(512).withGrowth(new Growth.Chunks(8));
        RuleDenoiser model = leftToRight("p", "0123456789\nand more and more and more");
        GenerateRequest request =
                GenerateRequest.of(new int[] {'p'}, 512, options).withUntil(Until.LINE);
        Completion completion = run(model, request);
        assertThat(completion.text()).isEqualTo("0123456789");
        assertThat(completion.ids()).hasSize(1 + 16);
        assertThat(completion.cost().forwards()).isBetween(9, 11);
        model = leftToRight("p", "0123456789\nand more and more and more");
        Completion block = run(model, request.withUntil(Until.BLOCK));
        assertThat(block.text()).isEqualTo("0123456789");
    }

    @Test
    void lengths_are_compared_by_what_is_left_of_them() throws Exception {
        // A line of 3, of which only holes of more than 5 are sure; what would follow it is very unlikely.
        RuleDenoiser model = new RuleDenoiser(
                1000,
                (_, position) -> position == 4 ? '\n' : 'a' + position,
                (ids, position) -> position > 4 ? 0.01 : ids.length > 6 ? 0.9 : 0.3);
        Document document = Document.parse("{<|hole|>", List.of(Document.Hole.upTo(16)));
        GenerateRequest request = GenerateRequest.of(document, DecodeOptions.ofSteps(16))
                .withLengths(LengthOptions.DEFAULT.withReadsBack(false))
                .withUntil(Until.LINE);
        Completion completion = run(model, request);
        assertThat(completion.text()).isEqualTo("bcd");
        assertThat(recorder.text(0)).isEqualTo("bcd");
        assertThat(completion.cost().commits())
                .as("nothing behind the line is decoded")
                .isEqualTo(4);
        assertThat(completion.ids()).as("masks that are cut do not count").hasSizeGreaterThan(6);
    }

    @Test
    void without_a_tokenizer_there_are_no_lines() {
        try (Engine engine = Engine.withoutTokenizer(RuleDenoiser.ofHash(), EngineOptions.DEFAULT)) {
            GenerateRequest request = GenerateRequest.of(new int[] {'p'}, 8, DecodeOptions.ofSteps(8))
                    .withUntil(Until.LINE);
            assertThatThrownBy(() -> engine.submit(request, GenerationListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("until line needs a tokenizer and this engine has none: leave it out");
        }
    }

    private static GenerateRequest request(String text, int tokens, DecodeOptions options) {
        return GenerateRequest.of(Document.parse(text, tokens), options);
    }

    private Completion run(RuleDenoiser model, String text, int tokens, DecodeOptions options, Until until)
            throws InterruptedException {
        return run(model, request(text, tokens, options).withUntil(until));
    }

    private Completion run(RuleDenoiser model, GenerateRequest request) throws InterruptedException {
        recorder.clear();
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request, recorder).await();
        } finally {
            assertThat(model.openCaches()).isZero();
        }
    }

    /** Says the answer, one token a forward from the left, and its last byte again and again behind it. */
    private static RuleDenoiser leftToRight(String before, String answer) {
        int start = before.getBytes(StandardCharsets.UTF_8).length;
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        return new RuleDenoiser(
                1000,
                (_, position) -> bytes[Math.clamp(position - start, 0, bytes.length - 1)] & 0xFF,
                (_, position) -> 0.9 - position / 1e4);
    }
}
