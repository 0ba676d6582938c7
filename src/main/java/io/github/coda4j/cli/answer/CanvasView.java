package io.github.coda4j.cli.answer;

import io.github.coda4j.Closing;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import io.github.coda4j.generate.Window;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;

/**
 * Draws a canvas while it is decoded: in place on a terminal, or frame after frame as plain text without escape codes.
 * Closing it takes the picture off the terminal.
 */
final class CanvasView implements GenerationListener, AutoCloseable {
    /** No more than 30 pictures a second: drawing takes time from the cores that run the model. */
    private static final long NANOS_BETWEEN_FRAMES = 33_000_000;

    private final CanvasPicture picture;
    private final Surface surface;
    private final Closing closing = new Closing();

    /** What pictures are drawn on. */
    private interface Surface {
        void draw(CanvasPicture picture);

        void close();
    }

    private CanvasView(CanvasPicture picture, Surface surface) {
        this.picture = picture;
        this.surface = surface;
    }

    /** Draws on the terminal, which it closes in the end. */
    static CanvasView onTerminal(CanvasPicture picture, Terminal terminal, LongSupplier nanos) {
        return new CanvasView(picture, new Screen(terminal, nanos));
    }

    /** Writes every frame as text. */
    static CanvasView asText(CanvasPicture picture, PrintStream out) {
        return new CanvasView(picture, new Surface() {
            @Override
            public void draw(CanvasPicture shown) {
                out.println("--- " + shown.status());
                out.println(shown.text());
            }

            @Override
            public void close() {
                out.flush();
            }
        });
    }

    @Override
    public void onWindow(Window window) {
        picture.restart(window.document().hidden());
    }

    @Override
    public void onStep(StepEvent event) {
        picture.accept(event);
        surface.draw(picture);
    }

    @Override
    public void close() {
        closing.once(surface::close);
    }

    private static final class Screen implements Surface {
        private final Terminal terminal;
        private final Display display;
        private final LongSupplier nanos;
        private long next;

        Screen(Terminal terminal, LongSupplier nanos) {
            this.terminal = terminal;
            this.display = new Display(terminal, false);
            this.nanos = nanos;
            this.next = nanos.getAsLong();
        }

        @Override
        public void draw(CanvasPicture picture) {
            long now = nanos.getAsLong();
            if (now - next < 0) {
                return;
            }
            next = now + NANOS_BETWEEN_FRAMES;
            Size told = terminal.getSize();
            Size size = Size.of(known(told.getColumns(), 80), known(told.getRows(), 24));
            display.resize(size);
            display.update(frame(picture.text(), picture.status(), size.getColumns(), size.getRows()), -1);
            terminal.flush();
        }

        /**
         * Some terminals, such as those of recorders, do not say how large they are; JLine then gives 0 or the largest
         * number.
         */
        private static int known(int size, int otherwise) {
            return size > 0 && size < Short.MAX_VALUE ? size : otherwise;
        }

        @Override
        public void close() {
            try (terminal) {
                display.update(List.of(), 0);
                terminal.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * The lines to be shown: those around the first mask when there are more than fit, and the status below.
     *
     * @param width columns of the terminal, at least 1
     * @param height its rows
     */
    static List<AttributedString> frame(AttributedString text, String status, int width, int height) {
        List<AttributedString> lines = text.columnSplitLength(width);
        int room = Math.max(1, height - 2);
        int first = 0;
        if (lines.size() > room) {
            int masked = 0;
            while (masked < lines.size() && lines.get(masked).toString().indexOf(CanvasPicture.MASK) < 0) {
                masked++;
            }
            first = Math.clamp(masked - room / 2, 0, lines.size() - room);
        }
        List<AttributedString> frame = new ArrayList<>(lines.subList(first, Math.min(lines.size(), first + room)));
        frame.add(new AttributedString(status, AttributedStyle.DEFAULT.faint()).columnSubSequence(0, width));
        return frame;
    }
}
