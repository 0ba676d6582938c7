package io.github.coda4j.serve;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Where llama.cpp ends what it fills in. Behind the first line end, a line with fewer blanks than wanted ends the text
 * at its first other character; and once the time is over, the next piece with a line end is the last one, so that the
 * first line is always whole.
 */
final class LineRule implements TextRule {
    private final int indent;
    private final long maxNanos;
    private final LongSupplier nanos;
    private long firstNanos = -1;
    /** Whether all of the line so far is blanks; the first line is not looked at. */
    private boolean lineStart;

    private int blanks;
    private volatile boolean ended;

    /**
     * A rule for one answer.
     *
     * @param indent blanks that a line has at least; 0: any
     * @param maxMillis from the first piece on; 0: no limit
     */
    LineRule(int indent, long maxMillis, LongSupplier nanos) {
        this.indent = indent;
        this.maxNanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
        this.nanos = nanos;
    }

    @Override
    public String accept(String text) {
        if (firstNanos < 0) {
            firstNanos = nanos.getAsLong();
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (lineStart && (c == ' ' || c == '\t')) {
                blanks++;
                continue;
            }
            if (lineStart && blanks < indent) {
                ended = true;
                return text.substring(0, i);
            }
            lineStart = c == '\n';
            blanks = 0;
        }
        if (maxNanos > 0 && text.indexOf('\n') >= 0 && nanos.getAsLong() - firstNanos > maxNanos) {
            ended = true;
        }
        return text;
    }

    @Override
    public boolean ended() {
        return ended;
    }
}
