package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jline.terminal.spi.SystemStream;
import org.jline.utils.AttributedString;

/**
 * How far a piece of work is, in one line: the way in which all commands tell it. On a terminal the line is drawn over
 * and taken away in the end; in a log it is a line from time to time ({@link #VARIABLE}). May be used by any thread.
 */
public final class StatusLine implements AutoCloseable {
    /** The variable with the seconds between two lines in a log: 0 or more. */
    public static final String VARIABLE = "CODA_PROGRESS_SECONDS";
    /** Set for a process whose standard error is read by a launcher that draws the line: {@link #relay}. */
    public static final String RELAYED = "CODA_PROGRESS_RELAYED";

    private static final double DEFAULT_SECONDS = 10;
    private static final double MOST_SECONDS = 86_400;
    /** Short work is done before anybody is asked for a terminal. */
    private static final long NANOS_BEFORE = 200_000_000;

    private static final long NANOS_BETWEEN_DRAWINGS = 100_000_000;
    private static final int DEFAULT_WIDTH = 80;
    private static final String ERASE = "\r\u001B[K";
    /** Begins a state that is relayed; other lines are what they say. */
    private static final char MARK = '\u001E';

    private final Supplier<Place> places;
    private final LongSupplier nanos;
    private final PrintStream out;
    private final long begin;
    private final Closing closing = new Closing();
    private Optional<Place> place = Optional.empty();
    private long next;

    private StatusLine(PrintStream out, Supplier<Place> places, LongSupplier nanos) {
        this.out = out;
        this.places = places;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
        this.next = begin + NANOS_BEFORE;
    }

    /**
     * A line on standard error.
     *
     * @throws IllegalArgumentException when {@link #VARIABLE} is no number of seconds
     */
    public static StatusLine of(World world) {
        return of(world, System::nanoTime);
    }

    /** The same with a clock of one's own, in nanoseconds. */
    public static StatusLine of(World world, LongSupplier nanos) {
        Duration pause = pause(world);
        return new StatusLine(
                world.err(),
                () -> {
                    if (world.variable(RELAYED).isPresent()) {
                        return new Relayed(world.err());
                    }
                    return world.terminals().isTerminal(SystemStream.Error)
                            ? new Drawn(world.err(), () -> world.terminals().width(SystemStream.Error))
                            : new Log(world.err(), pause);
                },
                nanos);
    }

    /** A line that only a person sees who sits at {@code out}; nobody else is told anything. */
    public static StatusLine onTerminal(
            PrintStream out, BooleanSupplier isTerminal, IntSupplier width, LongSupplier nanos) {
        return new StatusLine(out, () -> isTerminal.getAsBoolean() ? new Drawn(out, width) : new Nowhere(), nanos);
    }

    private static Duration pause(World world) {
        String given = world.variable(VARIABLE).orElse(Double.toString(DEFAULT_SECONDS));
        double seconds;
        try {
            seconds = Double.parseDouble(given);
        } catch (NumberFormatException e) {
            seconds = -1;
        }
        check(
                seconds >= 0 && seconds <= MOST_SECONDS,
                "environment variable %s must be seconds between two lines in a log, 0 to %.0f, got '%s'",
                VARIABLE,
                MOST_SECONDS,
                given);
        return Duration.ofNanos(Math.round(1e9 * seconds));
    }

    /** What the line says now; asked for only when it is time to show it. */
    public synchronized void show(Supplier<String> state) {
        if (!isDue()) {
            return;
        }
        Place found = place(); // where it is a log, this one may not be due yet
        if (isDue()) {
            next = nanos.getAsLong() + found.nanosBetween();
            found.draw(state.get());
        }
    }

    /** Whether it is time to show what has changed. */
    public synchronized boolean isDue() {
        return !closing.isClosed() && nanos.getAsLong() - next >= 0;
    }

    /** What the line says now, shown at once. */
    public synchronized void showNow(String state) {
        if (!closing.isClosed()) {
            next = nanos.getAsLong() + place().nanosBetween();
            place().draw(state);
        }
    }

    /** The state that stays when the line is taken away. */
    public synchronized void keep(String state) {
        next = nanos.getAsLong() + place().nanosBetween();
        place().erase();
        place().note(state);
    }

    /** A line of its own, which stays. */
    public synchronized void note(String line) {
        place.ifPresentOrElse(known -> known.note(line), () -> out.println(line));
    }

    /** Lets something else be printed, on whichever stream, that may go to the same terminal. */
    public synchronized void aside(Runnable print) {
        erase();
        print.run();
    }

    /** Takes the line away until the next state is shown. */
    public synchronized void erase() {
        place.ifPresent(Place::erase);
    }

    /** Prints what a process wrote that is {@link #RELAYED}: its states are drawn, other lines stay. */
    public synchronized void relay(String line) {
        if (line.isEmpty() || line.charAt(0) != MARK) {
            note(line);
        } else if (line.length() == 1) {
            erase();
        } else {
            showNow(line.substring(1));
        }
    }

    /** Whether a line is drawn here that is drawn over, and not printed to a log. */
    public synchronized boolean isDrawnOver() {
        return place().isDrawnOver();
    }

    private Place place() {
        if (place.isEmpty()) {
            Place found = places.get();
            place = Optional.of(found);
            if (!found.isDrawnOver()) {
                next = begin + found.nanosBetween();
            }
        }
        return place.get();
    }

    /** Takes the line away; no state is shown any more. */
    @Override
    public void close() {
        closing.once(this::erase);
    }

    /** Where the line is. */
    private sealed interface Place {
        /** Between two states. */
        default long nanosBetween() {
            return NANOS_BETWEEN_DRAWINGS;
        }

        default boolean isDrawnOver() {
            return true;
        }

        void draw(String state);

        void note(String line);

        void erase();
    }

    /** The last line of a terminal. */
    private static final class Drawn implements Place {
        private final PrintStream out;
        private final IntSupplier width;
        private String shown = "";

        Drawn(PrintStream out, IntSupplier width) {
            this.out = out;
            this.width = width;
        }

        @Override
        public void draw(String state) {
            int columns = width.getAsInt() > 0 ? width.getAsInt() : DEFAULT_WIDTH;
            // A line as wide as the terminal would be broken, and its first part stay.
            String fits = new AttributedString(state)
                    .columnSubSequence(0, columns - 1)
                    .toString();
            shown = fits;
            out.print(ERASE + fits);
            out.flush();
        }

        @Override
        public void note(String line) {
            String below = shown;
            erase();
            out.println(line);
            if (!below.isEmpty()) {
                draw(below);
            }
        }

        @Override
        public void erase() {
            if (!shown.isEmpty()) {
                out.print(ERASE);
                out.flush();
                shown = "";
            }
        }
    }

    /** A launcher that draws. */
    private record Relayed(PrintStream out) implements Place {
        @Override
        public void draw(String state) {
            out.println(MARK + state);
        }

        @Override
        public void note(String line) {
            out.println(line);
        }

        @Override
        public void erase() {
            out.println(MARK);
        }
    }

    /** Somewhere that keeps every line. */
    private record Log(PrintStream out, Duration pause) implements Place {
        @Override
        public long nanosBetween() {
            return pause.toNanos();
        }

        @Override
        public boolean isDrawnOver() {
            return false;
        }

        @Override
        public void draw(String state) {
            out.println(state);
        }

        @Override
        public void note(String line) {
            out.println(line);
        }

        @Override
        public void erase() {}
    }

    private record Nowhere() implements Place {
        @Override
        public void draw(String state) {}

        @Override
        public void note(String line) {}

        @Override
        public void erase() {}
    }
}
