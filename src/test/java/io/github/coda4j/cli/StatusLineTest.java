package io.github.coda4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.cli.answer.FakeTerminal;
import io.github.coda4j.cli.app.Cli;
import java.util.function.Supplier;
import org.jline.terminal.spi.SystemStream;
import org.junit.jupiter.api.Test;

/** The one way in which commands tell how far they are. */
class StatusLineTest {
    private static final Supplier<String> NOT_ASKED = () -> {
        throw new AssertionError("asked");
    };
    private static final long SECOND = 1_000_000_000;

    private final Cli log = new Cli();
    private final Cli terminal = new Cli().terminal(new FakeTerminal(80, 24).terminal(), SystemStream.Error);
    private long now;

    private StatusLine line(Cli cli) {
        return StatusLine.of(cli.world(), () -> now);
    }

    /** With {@code <} for what takes a line away. */
    private static String shown(Cli cli) {
        return cli.err().replace("\r\u001B[K", "<");
    }

    @Test
    void a_terminal_shows_one_line_which_is_drawn_over_ten_times_a_second_and_taken_away() {
        try (StatusLine line = line(terminal)) {
            now = SECOND;
            line.show(() -> "one");
            now += SECOND / 20;
            line.show(NOT_ASKED);
            now += SECOND / 20;
            line.show(() -> "two");
        }
        assertThat(shown(terminal)).isEqualTo("<one<two<");
    }

    @Test
    void short_work_shows_nothing() {
        try (StatusLine line = line(terminal)) {
            now = SECOND / 10;
            line.show(NOT_ASKED);
        }
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void lines_that_stay_are_printed_above_the_one_that_does_not() {
        try (StatusLine line = line(terminal)) {
            line.note("before");
            line.showNow("state");
            line.note("stays");
            line.aside(() -> terminal.world().err().print("elsewhere\n"));
            line.keep("done");
        }
        assertThat(shown(terminal)).isEqualTo("before\n<state<stays\n<state<elsewhere\ndone\n");
    }

    @Test
    void a_line_that_is_wider_than_the_terminal_is_cut_by_what_is_seen() {
        try (StatusLine line = line(terminal)) {
            line.showNow("x".repeat(100));
            line.showNow("\u4E2D".repeat(100));
        }
        assertThat(shown(terminal)).isEqualTo("<" + "x".repeat(79) + "<" + "\u4E2D".repeat(39) + "<");
    }

    @Test
    void a_log_has_a_line_from_time_to_time() {
        try (StatusLine line = line(log)) {
            for (; now <= 25 * SECOND; now += SECOND) {
                line.show(() -> "at " + now / SECOND);
            }
            line.note("note");
        }
        assertThat(log.err()).isEqualTo("at 10\nat 20\nnote\n");
    }

    @Test
    void the_time_between_the_lines_of_a_log_is_given_in_the_environment() {
        log.env("CODA_PROGRESS_SECONDS", "2.5");
        try (StatusLine line = line(log)) {
            for (; now <= 6 * SECOND; now += SECOND / 2) {
                line.show(() -> "at " + now / 1e9);
            }
        }
        assertThat(log.err()).isEqualTo("at 2.5\nat 5.0\n");
        for (String wrong : new String[] {"often", "-1", "NaN", "1e9"}) {
            log.env("CODA_PROGRESS_SECONDS", wrong);
            assertThatThrownBy(() -> line(log))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("environment variable CODA_PROGRESS_SECONDS must be seconds between two lines in a log,"
                            + " 0 to 86400, got '" + wrong + "'");
        }
    }

    @Test
    void a_closed_line_shows_nothing_more() {
        StatusLine line = line(terminal);
        line.showNow("state");
        line.close();
        line.showNow("late");
        now = SECOND;
        line.show(NOT_ASKED);
        assertThat(shown(terminal)).isEqualTo("<state<");
    }

    @Test
    void a_launcher_draws_what_its_process_shows_and_prints_what_it_notes() {
        Cli rank = new Cli().env(StatusLine.RELAYED, "1");
        try (StatusLine line = line(rank)) {
            line.showNow("state");
            line.note("stays");
            line.keep("done");
        }
        try (StatusLine line = line(terminal)) {
            rank.err().lines().forEach(line::relay);
        }
        assertThat(shown(terminal)).isEqualTo("<state<stays\n<state<done\n");
    }

    @Test
    void counted_work_is_a_bar_on_a_terminal_and_percents_in_a_log() throws InterruptedException {
        try (Progress progress = Progress.ofBytes(terminal.world(), "pull", () -> now)) {
            progress.to(30_000_000, 100_000_000, "file");
            Thread.sleep(300);
            progress.note("trying again");
        }
        assertThat(shown(terminal))
                .contains("<pull  30% ", " 30/100 MB (", "<trying again\n<pull")
                .endsWith("<");
        try (Progress progress = Progress.ofBytes(log.world(), "pull", () -> now)) {
            for (int i = 0; i < 100; i++, now += SECOND / 5) {
                progress.to(i * 1_000_000L, 100_000_000, "file " + i);
            }
            progress.to(100_000_000, 100_000_000, "all");
        }
        assertThat(log.err()).isEqualTo("pull: 50% of 100.0 MB (file 50)\npull: 100% of 100.0 MB (all)\n");
    }

    @Test
    void a_log_of_work_that_did_not_reach_its_end_does_not_say_so() {
        try (Progress progress = Progress.ofBytes(log.world(), "pull", () -> now)) {
            progress.to(100, 100, "first");
            progress.to(50, 100, "again");
        }
        assertThat(log.err()).isEmpty();
    }
}
