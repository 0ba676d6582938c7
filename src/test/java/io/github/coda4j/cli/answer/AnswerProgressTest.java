package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.AnswerProgress;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line that a waiting person sees. */
class AnswerProgressTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();
    private static final int MASK = 99;
    private static final long SECOND = 1_000_000_000L;
    private static final BooleanSupplier YES = () -> true;
    private static final BooleanSupplier NO = () -> false;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(shown, true, StandardCharsets.UTF_8);
    private final AtomicLong nanos = new AtomicLong();

    /** A canvas of 8 tokens of which the last ones are masks, after a step that committed one. */
    private static StepEvent step(int index, int masks) {
        int[] canvas = IntStream.range(0, 8).map(i -> i < 8 - masks ? 1 : MASK).toArray();
        return new StepEvent(index, List.of(new CommitEvent(index, 7 - masks, 1, 0.5f, 0.5f)), canvas);
    }

    private AnswerProgress line(BooleanSupplier isWanted, BooleanSupplier endsWithText) {
        StatusLine status = StatusLine.onTerminal(terminal, isWanted, () -> 80, nanos::get);
        return new AnswerProgress(status, endsWithText, MASK, nanos::get);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8).replace("\r\u001B[K", "<");
    }

    @Test
    void steps_tokens_and_speed_are_told_from_the_first_slow_step_on_and_the_line_is_taken_away() {
        try (AnswerProgress line = line(YES, NO)) {
            nanos.set(SECOND);
            line.onStep(step(0, 3));
            assertThat(shown()).isEqualTo("<| step 1: 1 of 4 tokens, 1.0 tokens/s");
            nanos.set(2 * SECOND);
            line.onStep(step(1, 2));
            line.onStep(step(2, 1));
        }
        assertThat(shown())
                .as("no more than ten lines a second")
                .isEqualTo("<| step 1: 1 of 4 tokens, 1.0 tokens/s</ step 2: 2 of 4 tokens, 1.0 tokens/s<");
    }

    @Test
    void a_short_answer_comes_without_a_line_and_without_asking_for_the_terminal() {
        try (AnswerProgress line = line(
                () -> {
                    throw new AssertionError("asked");
                },
                YES)) {
            nanos.set(SECOND / 10);
            line.onStep(step(0, 3));
            line.onText(0, "x");
        }
        assertThat(shown()).isEmpty();
    }

    @Test
    void nobody_there_sees_nothing() {
        try (AnswerProgress line = line(NO, NO)) {
            nanos.set(SECOND);
            line.onStep(step(0, 3));
        }
        assertThat(shown()).isEmpty();
    }

    @Test
    void the_answer_s_text_takes_the_line_s_place_on_the_same_terminal() {
        try (AnswerProgress line = line(YES, YES)) {
            nanos.set(SECOND);
            line.onStep(step(0, 3));
            line.onText(0, "x");
            assertThat(shown()).endsWith("tokens/s<");
            nanos.set(2 * SECOND);
            line.onStep(step(1, 2));
        }
        assertThat(shown()).doesNotContain("step 2");
        try (AnswerProgress line = line(YES, YES)) {
            line.onText(0, "x");
            nanos.set(9 * SECOND);
            line.onStep(step(2, 1));
        }
        assertThat(shown()).doesNotContain("step 3");
    }

    @Test
    void text_that_goes_elsewhere_leaves_the_line() {
        try (AnswerProgress line = line(YES, NO)) {
            nanos.set(SECOND);
            line.onText(0, "x");
            line.onStep(step(0, 3));
        }
        assertThat(shown()).contains("step 1");
    }

    @Test
    void infill_shows_it_on_standard_error_to_a_person_and_to_nobody_else() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "a<|hole|>b");
        String[] arguments = {"infill", file.toString(), "-m", MODEL, "--tokens", "4", "--steps", "4"};
        try (Engine slow = engine()) {
            Cli cli = new Cli().with(slow).terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
            assertThat(cli.run(arguments)).isZero();
            assertThat(cli.err()).contains("of 4 tokens,").endsWith("\r\u001B[K");
            assertThat(cli.out()).isEqualTo("a1234b");
            Cli piped = new Cli().with(slow);
            assertThat(piped.run(arguments)).isZero();
            assertThat(piped.err()).isEmpty();
        }
    }

    /** One whose forwards take long enough to be told of. */
    private static Engine engine() {
        RuleDenoiser digits = new RuleDenoiser(4096, (_, position) -> {
            pause();
            return '0' + position % 10;
        });
        return new Engine(digits, new ByteTokenizer(), new EngineOptions(1, 0, 4096));
    }

    private static void pause() {
        try {
            Thread.sleep(60);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
