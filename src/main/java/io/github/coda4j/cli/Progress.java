package io.github.coda4j.cli;

import io.github.coda4j.Amounts;
import io.github.coda4j.Closing;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.spi.SystemStream;

/** How far a long piece of work is: a bar where a person looks on, a line for every tenth in a log. */
public abstract sealed class Progress implements AutoCloseable {
    private static final long MEGABYTE = 1_000_000;

    public static Progress of(World world, String task) {
        return world.terminals().isTerminal(SystemStream.Error) ? new Bar(world, task) : new Lines(world, task);
    }

    /**
     * Shows how far it is.
     *
     * @param doneBytes so far; may fall back
     * @param bytes of the whole work
     * @param detail what is at work
     */
    public abstract void to(long doneBytes, long bytes, String detail);

    @Override
    public abstract void close();

    private static final class Bar extends Progress {
        private static final int NARROWEST = 40;
        private static final int WIDEST = 120;

        private final World world;
        private final String task;
        private final Closing closing = new Closing();
        private Optional<ProgressBar> shown = Optional.empty();

        Bar(World world, String task) {
            this.world = world;
            this.task = task;
        }

        @Override
        public void to(long doneBytes, long bytes, String detail) {
            ProgressBar bar = shown.orElseGet(() -> bar(bytes));
            shown = Optional.of(bar);
            bar.maxHint(bytes);
            bar.stepTo(doneBytes);
        }

        private ProgressBar bar(long bytes) {
            int width = Math.clamp(world.terminals().width(SystemStream.Error) - 1, NARROWEST, WIDEST);
            return new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(bytes)
                    .setUnit(" MB", MEGABYTE)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setConsumer(new ConsoleProgressBarConsumer(world.err(), width))
                    .showSpeed(new DecimalFormat("#", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                    .build();
        }

        @Override
        public void close() {
            closing.once(() -> shown.ifPresent(ProgressBar::close));
        }
    }

    private static final class Lines extends Progress {
        private static final int LINES = 10;

        private final World world;
        private final String task;
        private long told;

        Lines(World world, String task) {
            this.world = world;
            this.task = task;
        }

        @Override
        public void to(long doneBytes, long bytes, String detail) {
            long tenth = bytes == 0 ? LINES : doneBytes * LINES / bytes;
            if (tenth > told) {
                told = tenth;
                world.note(String.format(
                        Locale.ROOT, "%s: %d%% of %s (%s)", task, tenth * 100 / LINES, Amounts.bytes(bytes), detail));
            }
        }

        @Override
        public void close() {}
    }
}
