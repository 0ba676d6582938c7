package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.decode.CachePolicy;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.decode.commit.Saber;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.text.MarkedText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From committed tokens to text: streaming, stop strings, end tokens, holes. */
@Timeout(30)
class EngineTextTest {
    private static final Set<Integer> ENDS = Set.of(ByteTokenizer.END, ByteTokenizer.PAD);
    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 32})
    void streamed_text_is_the_answer_whatever_the_order_of_commits(int blockLength) throws Exception {
        String answer = "naïve 😀 café — 漢字 ende\r\n\r\n  x";
        DecodeOptions options = DecodeOptions.ofSteps(96)
                .withBlocks(blockLength, CachePolicy.of("dual"))
                .withCommit(new MaskGitPlus(0));
        Completion completion =
                run(saying(3, answer), GenerateRequest.of(Document.completion("abc", 96), ends(options)));
        assertThat(completion.text()).isEqualTo(answer);
        assertThat(recorder.text(0)).isEqualTo(answer);
        assertThat(recorder.pieces).noneMatch(piece -> piece.contains("\uFFFD")).noneMatch(String::isEmpty);
        assertThat(recorder.pieces).allMatch(piece -> piece.codePoints().noneMatch(c -> c >= 0xD800 && c < 0xE000));
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
        if (blockLength == 1) {
            assertThat(recorder.pieces).hasSize(answer.codePointCount(0, answer.length()));
        }
    }

    @Test
    void text_comes_only_when_everything_to_its_left_is_committed() throws Exception {
        RuleDenoiser model = saying(1, "abcdefgh");
        Completion completion = run(model, GenerateRequest.of(new int[] {'x'}, 8, DecodeOptions.ofSteps(8)));
        int[] last = recorder.steps.getLast().canvas();
        assertThat(last).containsExactly('x', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
        assertThat(completion.ids()).containsExactly(toIntegers(last));
        assertThat(recorder.text(0)).isEqualTo("abcdefgh");
        boolean outOfOrder = recorder.steps.stream()
                .anyMatch(step -> step.canvas()[1] == ByteTokenizer.MASK
                        && step.commits().stream().anyMatch(commit -> commit.position() > 1));
        assertThat(outOfOrder)
                .as("the commits are out of order, or this tests nothing")
                .isTrue();
        assertThat(recorder.pieces).hasSizeLessThan(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 24})
    void what_is_masked_again_was_never_streamed(int blockLength) throws Exception {
        DecodeOptions options = DecodeOptions.ofSteps(24)
                .withBlocks(blockLength, CachePolicy.NONE)
                .withCommit(new Saber());
        Completion completion = run(RuleDenoiser.ofHash(), GenerateRequest.of(new int[] {'x'}, 24, options));

        int[] last = recorder.steps.getLast().canvas();
        StringBuilder said = new StringBuilder();
        IntStream.range(1, 25).forEach(i -> said.append((char) last[i]));
        assertThat(completion.text()).isEqualTo(said.toString());
        assertThat(recorder.text(0)).isEqualTo(said.toString());
        assertThat(recorder.pieces).hasSize(24 / blockLength);
        boolean prefixChanged = recorder.steps.stream().anyMatch(step -> {
            int end = 1;
            while (end < last.length && step.canvas()[end] != ByteTokenizer.MASK) {
                end++;
            }
            return Arrays.mismatch(step.canvas(), 0, end, last, 0, end) >= 0;
        });
        assertThat(prefixChanged)
                .as("a token whose left side was committed became another, or this tests nothing")
                .isTrue();
        assertThat(completion.cost().commits()).isEqualTo(24);
    }

    @Test
    void an_unfinished_character_at_the_end_becomes_a_replacement_character() throws Exception {
        RuleDenoiser model = new RuleDenoiser(100, (sequence, position) -> position == 1 ? 'a' : 0xF0);
        Completion completion = run(model, GenerateRequest.of(new int[] {'x'}, 2, DecodeOptions.ofSteps(2)));
        assertThat(completion.text()).isEqualTo("a\uFFFD");
        assertThat(recorder.text(0)).isEqualTo("a\uFFFD");
    }

    @ParameterizedTest
    @CsvSource({
        "'one\n\ntwo', '\n\n', one",
        "'one\n\ntwo', 'xyz,\n\ntw,two', one",
        "'aabaac', 'aac', aab",
        "'ab', 'ab', ''",
        "'say 😀 now', '😀', 'say '",
        "'one stop', 'stop', 'one '"
    })
    void a_stop_string_cuts_the_answer_and_no_part_of_it_is_streamed(String says, String stops, String expected)
            throws Exception {
        for (int blockLength : List.of(1, 4, 32)) {
            Recorder fresh = new Recorder();
            GenerateRequest request = GenerateRequest.of(Document.completion("abc", 32), ends(blocks(blockLength)))
                    .withStopStrings(stops.split(","));
            Completion completion = run(saying(3, says), request, fresh);
            assertThat(completion.text()).isEqualTo(expected);
            assertThat(fresh.text(0)).isEqualTo(expected);
            assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        }
    }

    @ParameterizedTest
    @CsvSource({"' bc', bc", "bcd, bcd", "'  b', ' b'"})
    void the_space_before_a_hole_is_left_to_the_hole_and_stands_there_once(String says, String answer)
            throws Exception {
        Document document = Document.parse("a <|hole|>)", 3);
        Completion completion = run(saying(1, says + ")"), GenerateRequest.of(document, DecodeOptions.ofSteps(3)));
        assertThat(completion.ids()).startsWith((int) 'a', (int) says.charAt(0));
        assertThat(completion.text()).isEqualTo(answer);
        assertThat(recorder.text(0)).isEqualTo(answer);
        assertThat(document.fill(completion.holeTexts())).isEqualTo("a " + answer + ")");
    }

    @ParameterizedTest
    @CsvSource({"'b;|', b;", "b;c, b;c", "'b||', b", "'|b|', '|b'", "'|||', '|'"})
    void the_line_end_after_a_hole_is_left_to_the_hole_and_stands_there_once(String says, String answer)
            throws Exception {
        String said = says.replace('|', '\n');
        String expected = answer.replace('|', '\n');
        Document document = Document.parse("a<|hole|>\n\n}", 3);
        Completion completion = run(saying(1, said + "}"), GenerateRequest.of(document, DecodeOptions.ofSteps(3)));
        assertThat(completion.ids())
                .containsExactly(toIntegers(("a" + said + "}").chars().toArray()));
        assertThat(completion.text()).isEqualTo(expected);
        assertThat(recorder.text(0)).isEqualTo(expected);
        assertThat(document.fill(completion.holeTexts())).isEqualTo("a" + expected + "\n\n}");
    }

    @Test
    void a_stop_string_in_pieces_after_a_line_end_cuts_what_was_not_given_out_yet() throws Exception {
        Document document = Document.parse("a<|hole|>\n}", 8);
        GenerateRequest request = GenerateRequest.of(document, ends(blocks(1))).withStopStrings("STOP");
        Completion completion = run(saying(1, "bc\nSTOP"), request);
        assertThat(completion.text()).isEqualTo("bc");
        assertThat(recorder.text(0)).isEqualTo("bc");
    }

    @Test
    void the_last_line_end_of_a_text_stands_there_once_too() throws Exception {
        Document document = Document.parse("a<|hole|>\n", 3);
        Completion completion = run(saying(1, "b;\n"), GenerateRequest.of(document, DecodeOptions.ofSteps(3)));
        assertThat(document.fill(completion.holeTexts())).isEqualTo("ab;\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", " ", "\r\n "})
    void text_between_two_holes_is_seen_where_nothing_else_parts_them(String between) throws Exception {
        Document document = Document.parse("a<|hole|>" + between + "<|hole|>", 1);
        int[] expected = ("ab" + between + "b").chars().toArray();
        Completion completion = run(
                new RuleDenoiser(100, (sequence, position) -> 'b'),
                GenerateRequest.of(document, DecodeOptions.ofSteps(2)));
        assertThat(completion.ids()).containsExactly(toIntegers(expected));
    }

    @Test
    void a_stop_string_ends_the_work() throws Exception {
        GenerateRequest request = GenerateRequest.of(Document.completion("abc", 32), ends(blocks(1)))
                .withStopStrings("lo");
        RuleDenoiser model = saying(3, "hello world");
        Completion completion = run(model, request);
        assertThat(completion.text()).isEqualTo("hel");
        assertThat(model.passes()).hasSize(5);
        assertThat(completion.holes().getFirst().ids()).containsExactly(104, 101, 108, 108, 111);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\n", "one stop", "one", "s"})
    void the_beginning_of_a_stop_string_that_does_not_go_on_stays_in_the_answer(String says) throws Exception {
        GenerateRequest request = GenerateRequest.of(Document.completion("abc", 32), ends(blocks(1)))
                .withStopStrings("\n\n", "stopped", "nein");
        Completion completion = run(saying(3, says), request);
        assertThat(completion.text()).isEqualTo(says);
        assertThat(recorder.text(0)).isEqualTo(says);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void an_end_token_ends_the_work_and_the_answer() throws Exception {
        RuleDenoiser model = saying(3, "ab");
        Completion completion = run(model, GenerateRequest.of(Document.completion("abc", 32), ends(blocks(4))));
        assertThat(completion.text()).isEqualTo("ab");
        assertThat(completion.holes().getFirst().ids()).containsExactly(97, 98);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(completion.cost().newTokens()).isEqualTo(2);
        assertThat(model.passes()).hasSizeLessThanOrEqualTo(4);
        assertThat(completion.ids()).hasSize(35).contains(ByteTokenizer.MASK);
    }

    @Test
    void without_an_end_token_the_answer_has_all_its_tokens() throws Exception {
        Completion completion =
                run(saying(3, "abcdefghij"), GenerateRequest.of(Document.completion("abc", 8), ends(blocks(4))));
        assertThat(completion.text()).isEqualTo("abcdefgh");
        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void holes_are_filled_between_the_untouched_text_around_them() throws Exception {
        Document document = Document.parse("<|hole|>one\r\n<|hole|>\r\n<|mask|>\n<|hole|>", 4, 6, 3);
        // 4 masks, "one\r\n", 6 masks, "<|mask|>\n" without the line end that belongs to the hole, 3 masks
        RuleDenoiser model = new RuleDenoiser(100, (sequence, position) -> {
            if (position < 4) {
                return position < 2 ? 'A' : ByteTokenizer.PAD;
            }
            return position < 15 ? 'B' : 'C';
        });
        Completion completion = run(model, GenerateRequest.of(document, ends(DecodeOptions.ofSteps(13))));
        assertThat(completion.holeTexts()).containsExactly("AA", "BBBBBB", "CCC");
        assertThat(document.fill(completion.holeTexts())).isEqualTo("AAone\r\nBBBBBB\r\n<|mask|>\nCCC");
        assertThat(completion.holes())
                .map(HoleAnswer::finishReason)
                .containsExactly(FinishReason.STOP, FinishReason.LENGTH, FinishReason.LENGTH);
        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(completion.cost().promptTokens()).isEqualTo(5 + 8 + 1);
        assertThat(completion.cost().newTokens()).isEqualTo(2 + 6 + 3);
        for (int hole = 0; hole < 3; hole++) {
            assertThat(recorder.text(hole)).isEqualTo(completion.holeTexts().get(hole));
        }
    }

    @Test
    void the_work_ends_when_every_hole_has_ended() throws Exception {
        Document document = Document.parse("x<|hole|>y<|hole|>z", 16);
        RuleDenoiser model = new RuleDenoiser(100, (sequence, position) -> switch (position) {
            case 1, 18 -> 'A';
            case 2 -> ByteTokenizer.END;
            default -> '!';
        });
        GenerateRequest request = GenerateRequest.of(
                        document, ends(DecodeOptions.ofSteps(32).withBlocks(1, CachePolicy.NONE)))
                .withStopStrings("!");
        Completion completion = run(model, request);
        assertThat(document.fill(completion.holeTexts())).isEqualTo("xAyAz");
        assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        assertThat(model.passes()).hasSize(16 + 2);
    }

    @Test
    void an_end_token_in_the_last_hole_leaves_the_other_holes_to_be_filled() throws Exception {
        Document document = Document.parse("x<|hole|>y<|hole|>", 8, 8);
        RuleDenoiser model = new RuleDenoiser(100, (sequence, position) -> position > 9 ? ByteTokenizer.END : 'A');
        Completion completion = run(model, GenerateRequest.of(document, ends(DecodeOptions.ofSteps(16))));
        assertThat(completion.holeTexts()).containsExactly("AAAAAAAA", "");
    }

    @Test
    void masks_in_ids_and_in_trusted_text_are_holes() throws Exception {
        int m = ByteTokenizer.MASK;
        RuleDenoiser.Rule rule = (sequence, position) -> 'A' + position;
        DecodeOptions options = DecodeOptions.ofSteps(4);
        Completion ids =
                run(new RuleDenoiser(100, rule), GenerateRequest.of(new int[] {m, 'x', m, m, 'y', m}, 1, options));
        assertThat(ids.holeTexts()).containsExactly("A", "CD", "FG");
        Completion text = run(
                new RuleDenoiser(100, rule), GenerateRequest.of(MarkedText.trusted("<|mask|>x<|mask|>"), 0, options));
        assertThat(text.holeTexts()).containsExactly("A", "C");
    }

    @Test
    void every_step_has_its_event_with_the_canvas_after_it() throws Exception {
        Completion completion = run(
                RuleDenoiser.ofHash(), GenerateRequest.of(Document.completion("abc", 8), DecodeOptions.ofSteps(16)));
        assertThat(recorder.steps).map(StepEvent::step).containsExactly(range(16));
        int[] canvas =
                new ByteTokenizer().encode("abc<|mask|><|mask|><|mask|><|mask|><|mask|><|mask|><|mask|><|mask|>");
        for (StepEvent step : recorder.steps) {
            for (CommitEvent commit : step.commits()) {
                assertThat(canvas[commit.position()]).isEqualTo(ByteTokenizer.MASK);
                assertThat(commit.step()).isEqualTo(step.step());
                assertThat(commit.probability()).isBetween(0f, 1f);
                canvas[commit.position()] = commit.token();
            }
            assertThat(step.canvas()).containsExactly(canvas);
        }
        assertThat(completion.ids()).containsExactly(toIntegers(canvas));
        assertThat(completion.cost().forwards()).isLessThan(16);
        assertThat(completion.cost().commits()).isEqualTo(8);
    }

    private Completion run(RuleDenoiser model, GenerateRequest request) throws InterruptedException {
        return run(model, request, recorder);
    }

    private static Completion run(RuleDenoiser model, GenerateRequest request, Recorder recorder)
            throws InterruptedException {
        try (Engine engine = new Engine(model, new ByteTokenizer(), EngineOptions.DEFAULT)) {
            return engine.submit(request, recorder).await();
        } finally {
            assertThat(model.openCaches()).isZero();
        }
    }

    /** Proposes the bytes of the answer behind a prompt of that length, then end tokens. */
    private static RuleDenoiser saying(int promptLength, String answer) {
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        return new RuleDenoiser(1000, (sequence, position) -> {
            int index = position - promptLength;
            return index < bytes.length ? bytes[index] & 0xFF : ByteTokenizer.END;
        });
    }

    private static DecodeOptions blocks(int length) {
        return DecodeOptions.ofSteps(32).withBlocks(length, CachePolicy.of("prefix"));
    }

    private static DecodeOptions ends(DecodeOptions options) {
        return options.withEndTokens(ENDS);
    }

    private static Integer[] toIntegers(int[] values) {
        return Arrays.stream(values).boxed().toArray(Integer[]::new);
    }

    private static Integer[] range(int end) {
        return IntStream.range(0, end).boxed().toArray(Integer[]::new);
    }
}
