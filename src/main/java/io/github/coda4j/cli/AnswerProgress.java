package io.github.coda4j.cli;

import io.github.coda4j.generate.GenerationListener;
import io.github.coda4j.generate.StepEvent;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells somebody who waits how far an answer is, on a {@link StatusLine}. Every forward commits tokens anywhere in the
 * answer, so that its text often begins to be certain late.
 */
public final class AnswerProgress implements GenerationListener, AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String TURNING = "|/-\\";

    private final StatusLine status;
    private final int maskId;
    private final LongSupplier nanos;
    private final BooleanSupplier endsWithText;
    private final long begin;
    private int done;
    private int drawn;
    private boolean hasText;

    /**
     * @param status taken over, and closed with this
     * @param endsWithText whether the answer's text goes to the same terminal, so that its first piece takes the line's
     *     place; asked when there is text and a line
     * @param nanos a clock, {@link System#nanoTime}
     */
    public AnswerProgress(StatusLine status, BooleanSupplier endsWithText, int maskId, LongSupplier nanos) {
        this.status = status;
        this.maskId = maskId;
        this.endsWithText = endsWithText;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
    }

    @Override
    public synchronized void onStep(StepEvent event) {
        done += event.commits().size();
        if (status.isDue() && hasText && endsWithText.getAsBoolean()) {
            close();
        }
        status.show(() -> state(event));
    }

    private String state(StepEvent event) {
        return String.format(
                Locale.ROOT,
                "%c step %d: %d of %d tokens, %.1f tokens/s",
                TURNING.charAt(drawn++ % TURNING.length()),
                event.step() + 1,
                done,
                done + masked(event),
                done * NANOS_PER_SECOND / Math.max(1, nanos.getAsLong() - begin));
    }

    private int masked(StepEvent event) {
        return (int) Arrays.stream(event.canvas()).filter(id -> id == maskId).count();
    }

    @Override
    public synchronized void onText(int hole, String text) {
        hasText = true;
        if (drawn > 0 && endsWithText.getAsBoolean()) {
            close();
        }
    }

    /** Takes the line away; nothing is drawn any more. */
    @Override
    public void close() {
        status.close();
    }
}
