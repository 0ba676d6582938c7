package io.github.coda4j.cli.answer;

import io.github.coda4j.generate.CommitEvent;
import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells somebody who waits how far an answer is: a line on the terminal that is drawn over at steps and taken away in
 * the end. Every forward commits tokens anywhere in the answer, so that its text often begins to be certain late.
 */
final class ProgressLine implements GenerationListener, AutoCloseable {
    /** Short answers come without a line before them. */
    private static final long NANOS_BEFORE = 200_000_000;

    private static final long NANOS_BETWEEN = 100_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String TURNING = "|/-\\";
    private static final String ERASE = "\r\u001B[K";

    private final PrintStream out;
    private final int maskId;
    private final LongSupplier nanos;
    private final BooleanSupplier endsWithText;
    private final long begin;
    private Optional<Boolean> wanted = Optional.empty();
    private final BooleanSupplier isWanted;
    private boolean hasText;
    private long next;
    private int numTokens = -1;
    private int drawn;
    private boolean closed;

    /**
     * @param out the terminal
     * @param isWanted whether somebody sits there; asked once, at the first line
     * @param endsWithText whether the answer's text goes to the same terminal, so that its first piece takes the line's
     *     place
     */
    ProgressLine(
            PrintStream out, BooleanSupplier isWanted, BooleanSupplier endsWithText, int maskId, LongSupplier nanos) {
        this.out = out;
        this.isWanted = isWanted;
        this.maskId = maskId;
        this.endsWithText = endsWithText;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
        this.next = begin + NANOS_BEFORE;
    }

    @Override
    public synchronized void onStep(StepEvent event) {
        int masked =
                (int) Arrays.stream(event.canvas()).filter(id -> id == maskId).count();
        if (numTokens < 0) {
            numTokens = masked
                    + (int) event.commits().stream()
                            .mapToInt(CommitEvent::position)
                            .distinct()
                            .count();
        }
        long now = nanos.getAsLong();
        if (closed || now - next < 0 || !isWanted()) {
            return;
        }
        next = now + NANOS_BETWEEN;
        int done = numTokens - masked;
        out.printf(
                Locale.ROOT,
                "%s%c step %d: %d of %d tokens, %.1f tokens/s",
                ERASE,
                TURNING.charAt(drawn++ % TURNING.length()),
                event.step() + 1,
                done,
                numTokens,
                done * NANOS_PER_SECOND / Math.max(1, now - begin));
        out.flush();
    }

    private boolean isWanted() {
        if (wanted.isEmpty()) {
            wanted = Optional.of(isWanted.getAsBoolean() && !(hasText && endsWithText.getAsBoolean()));
        }
        return wanted.get();
    }

    @Override
    public synchronized void onText(int hole, String text) {
        hasText = true;
        if (drawn > 0 && !closed && endsWithText.getAsBoolean()) {
            close();
        }
    }

    /** Takes the line away; nothing is drawn any more. */
    @Override
    public synchronized void close() {
        if (drawn > 0 && !closed) {
            out.print(ERASE);
            out.flush();
        }
        closed = true;
    }
}
