package io.github.coda4j.cli.answer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.ScreenTerminal;

/** An xterm in memory: what is typed is given to it, what it shows is kept with its escape codes. */
public final class FakeTerminal {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final LineDisciplineTerminal terminal;
    private final Size size;

    public FakeTerminal(int columns, int rows) {
        size = Size.of(columns, rows);
        try {
            terminal = new LineDisciplineTerminal("fake", "xterm", shown, StandardCharsets.UTF_8);
            terminal.setSize(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Terminal terminal() {
        return terminal;
    }

    FakeTerminal type(String keys) {
        try {
            terminal.processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    /** What a person sees now: the lines of the screen. */
    String screen() {
        ScreenTerminal screen = new ScreenTerminal(size.getColumns(), size.getRows());
        screen.write(shown());
        return screen.toString();
    }

    /** What was shown, without escape codes. */
    String text() {
        return shown().replaceAll("\u001B(\\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78])", "");
    }
}
