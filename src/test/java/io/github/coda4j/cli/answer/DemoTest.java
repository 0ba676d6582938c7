package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The demo with a network that writes digits. */
@Tag("slow")
class DemoTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    private final Engine engine = new Engine(
            new RuleDenoiser(4096, (_, position) -> '0' + position % 10),
            new ByteTokenizer(),
            new EngineOptions(1, 0, 4096));
    private final Cli cli = new Cli().with(engine);

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @Test
    void a_pipe_gets_the_file_before_and_after_and_what_it_took_without_escape_codes() {
        assertThat(cli.run("demo", "--model", MODEL)).isZero();
        assertThat(cli.out())
                .contains("<|hole|>", "Filled:", "forwards", "Now your own file", "coda infill")
                .doesNotContain("\u001b");
        String filled =
                cli.out().substring(cli.out().indexOf("Filled:"), cli.out().indexOf("Now your own file"));
        assertThat(filled)
                .containsPattern("public int getLimit\\(\\) \\{\n {8}[0-9]+\n")
                .doesNotContain("<|hole|>");
        assertThat(cli.closed()).isTrue();
    }

    @Test
    void a_terminal_shows_the_canvas_at_every_step() {
        FakeTerminal terminal = new FakeTerminal(100, 40);
        assertThat(cli.terminal(terminal.terminal(), SystemStream.Output).run("demo", "--model", MODEL))
                .isZero();
        assertThat(terminal.shown()).contains("step 1: 0 of ", "\u2591".repeat(5));
    }
}
