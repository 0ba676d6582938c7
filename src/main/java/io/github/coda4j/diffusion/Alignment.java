package io.github.coda4j.diffusion;

import static io.github.coda4j.Checks.check;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which row of a model's output speaks about which position: the one place that knows it. Decoding, training, masking
 * and measuring ask here.
 */
public enum Alignment {
    /** As in autoregressive models, of which CoDA is made: the row of position p - 1 proposes position p. */
    SHIFTED,
    /** The row of position p proposes position p. */
    IN_PLACE;

    /** Reads {@code shifted} or {@code in_place}, which {@link #toString} gives. */
    public static Alignment parse(String text) {
        for (Alignment alignment : values()) {
            if (alignment.toString().equals(text)) {
                return alignment;
            }
        }
        String known = Arrays.stream(values()).map(Alignment::toString).collect(Collectors.joining(", "));
        check(false, "unknown alignment \"%s\"; known: %s", text, known);
        throw new AssertionError();
    }

    /**
     * The position whose output row proposes a position, among those that a forward runs from {@code first} on. Where
     * that row is not run ({@link #SHIFTED}, position {@code first}), the first one that is proposes its own position
     * for want of it.
     *
     * @param position at least {@code first}
     * @param first the first position that is run, 0 or positive
     * @return in [first, position]
     */
    public int row(int position, int first) {
        assert first >= 0 && position >= first : position + " of a run from " + first + " on";
        return switch (this) {
            case SHIFTED -> Math.max(position - 1, first);
            case IN_PLACE -> position;
        };
    }

    /**
     * The first position that a forward must run so that {@code start} is proposed by the row that is trained to: where
     * a cached forward of a block that starts there begins.
     */
    public int firstRow(int start) {
        return row(start, 0);
    }

    /**
     * Whether the first position of a document is predicted by a row of that document. Where it is not, it cannot be a
     * target of training.
     */
    public boolean predictsFirst() {
        return this == IN_PLACE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
