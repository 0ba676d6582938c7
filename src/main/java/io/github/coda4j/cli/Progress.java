package io.github.coda4j.cli;

import io.github.coda4j.Amounts;
import io.github.coda4j.Closing;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.spi.SystemStream;

/**
 * How much of a known amount of work is done, on a {@link StatusLine}: a bar where a person looks on, percents in a
 * log, the last line of which says that all is done.
 */
public final class Progress implements AutoCloseable {
    private static final long MEGABYTE = 1_000_000;
    private static final int NARROWEST = 40;
    private static final int WIDEST = 120;
    private static final int MILLIS_BETWEEN_DRAWINGS = 100;

    private final World world;
    private final String task;
    private final Unit unit;
    private final StatusLine status;
    private final Closing closing = new Closing();
    private Optional<ProgressBar> bar = Optional.empty();
    private Optional<String> last = Optional.empty();

    private Progress(World world, String task, Unit unit, LongSupplier nanos) {
        this.world = world;
        this.task = task;
        this.unit = unit;
        this.status = StatusLine.of(world, nanos);
    }

    /**
     * What is counted.
     *
     * @param suffix in a bar, for example {@code " MB"}
     * @param size how many make one of the bar's
     * @param amount a number of them in words
     */
    private record Unit(String suffix, long size, LongFunction<String> amount) {}

    /** Work that is counted in bytes. */
    public static Progress ofBytes(World world, String task) {
        return ofBytes(world, task, System::nanoTime);
    }

    static Progress ofBytes(World world, String task, LongSupplier nanos) {
        return new Progress(world, task, new Unit(" MB", MEGABYTE, Amounts::bytes), nanos);
    }

    /** Work that is counted in something else, for example {@code "spans"}. */
    public static Progress of(World world, String task, String unit) {
        return new Progress(
                world, task, new Unit(" " + unit, 1, count -> Amounts.count(count) + " " + unit), System::nanoTime);
    }

    /**
     * Shows how far it is.
     *
     * @param done so far; may fall back
     * @param all the whole work
     * @param detail what is at work
     */
    public void to(long done, long all, String detail) {
        if (status.isDrawnOver()) {
            ProgressBar shown = bar.orElseGet(() -> bar(all));
            bar = Optional.of(shown);
            shown.maxHint(all);
            shown.stepTo(done);
            return;
        }
        if (done >= all) {
            last = Optional.of(line(done, all, detail));
        } else {
            last = Optional.empty();
            status.show(() -> line(done, all, detail));
        }
    }

    /**
     * The same, unless the work is to end.
     *
     * @throws java.util.concurrent.CancellationException once an end was requested
     */
    public void to(long done, long all, String detail, Interrupt interrupt) {
        interrupt.check();
        to(done, all, detail);
    }

    private String line(long done, long all, String detail) {
        long percent = all == 0 ? 100 : Math.clamp(100 * done / all, 0, 100);
        return String.format(
                Locale.ROOT, "%s: %d%% of %s (%s)", task, percent, unit.amount().apply(all), detail);
    }

    private ProgressBar bar(long all) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(all)
                .setUnit(unit.suffix(), unit.size())
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
                .setConsumer(toStatus())
                .showSpeed(new DecimalFormat("#", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .build();
    }

    /** A line of its own, which stays. */
    public void note(String line) {
        status.note(line);
    }

    /** Lets something else be printed that may go to the same terminal. */
    public void aside(Runnable print) {
        status.aside(print);
    }

    /** The bar is taken away; a log is told of the end if it was reached. */
    @Override
    public void close() {
        closing.once(() -> {
            bar.ifPresent(ProgressBar::close);
            last.ifPresent(status::keep);
            status.close();
        });
    }

    /** The library renders the bar and calls from a thread of its own. */
    private ProgressBarConsumer toStatus() {
        return new ProgressBarConsumer() {
            @Override
            public int getMaxRenderedLength() {
                return Math.clamp(world.terminals().width(SystemStream.Error) - 1, NARROWEST, WIDEST);
            }

            @Override
            public void accept(String rendered) {
                status.showNow(rendered);
            }

            @Override
            public void close() {}
        };
    }
}
