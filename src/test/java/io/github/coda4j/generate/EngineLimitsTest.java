package io.github.coda4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.text.MarkedText;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are too large are refused when they come, before anything of their size is made. */
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class EngineLimitsTest {
    private static final int MOST = 512;
    private static final int HUGE = Integer.MAX_VALUE;

    private final RuleDenoiser denoiser = new RuleDenoiser(MOST, (_, position) -> 'a');
    private final Engine engine = new Engine(denoiser, new ByteTokenizer(), EngineOptions.DEFAULT);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void new_tokens_beyond_the_model_are_refused_for_every_kind_of_prompt() {
        DecodeOptions options = DecodeOptions.ofSteps(1);
        refused(GenerateRequest.of(new int[] {65}, HUGE, options), CanvasShape.NEW_TOKENS, "2147483647 tokens");
        refused(
                GenerateRequest.of(MarkedText.trusted("a"), HUGE, options),
                CanvasShape.NEW_TOKENS,
                "2147483647 tokens are to be generated: the model takes at most 512");
        Document holes = Document.parse("<|hole|>a<|hole|>", HUGE, HUGE);
        refused(
                GenerateRequest.of(holes, options),
                CanvasShape.NEW_TOKENS,
                "a hole of 2147483647 tokens does not fit in a context of 512 tokens");
        int[] masks = new int[300];
        Arrays.fill(masks, ByteTokenizer.MASK);
        refused(GenerateRequest.of(masks, 213, options), CanvasShape.NEW_TOKENS, "513 tokens are to be generated");
    }

    @Test
    void prompts_that_leave_no_room_and_steps_without_end_are_refused() {
        DecodeOptions options = DecodeOptions.ofSteps(1);
        refused(
                GenerateRequest.of(new int[500], 13, options),
                CanvasShape.PROMPT,
                "the prompt has 500 tokens and 13 are to be generated, together 513: the model takes at most 512");
        refused(
                GenerateRequest.of(Document.completion("a", 3), DecodeOptions.ofSteps(HUGE)),
                CanvasShape.STEPS,
                "2147483647 steps are more than the 512 tokens");
    }

    @Test
    void the_largest_request_is_answered() throws Exception {
        Document document = Document.completion("a".repeat(500), 12);
        Completion completion = engine.generate(GenerateRequest.of(document, DecodeOptions.ofSteps(MOST)));
        assertThat(completion.text()).isEqualTo("a".repeat(12));
    }

    private void refused(GenerateRequest request, String parameter, String message) {
        assertThatThrownBy(() -> engine.submit(request, GenerationListener.NONE))
                .isInstanceOfSatisfying(
                        WrongValueException.class,
                        e -> assertThat(e.parameter()).isEqualTo(parameter))
                .hasMessageContaining(message);
        assertThat(denoiser.passes()).isEmpty();
    }
}
