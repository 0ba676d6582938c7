package io.github.coda4j.cli.eval;

import java.util.Locale;

/** How long work goes on that is done piece by piece, guessed from what it took so far. */
final class Remaining {
    private static final double SECONDS_OF_A_MINUTE = 60;
    private static final double MANY_MINUTES = 100;

    private final long begin = System.nanoTime();
    private int first = -1;

    /**
     * In words.
     *
     * @param done pieces, those that were there before included; at least 1 more at each call
     */
    String after(int done, int all) {
        if (first < 0) {
            first = done - 1;
        }
        double passed = (System.nanoTime() - begin) / 1e9;
        return words(passed / Math.max(1, done - first) * (all - done)) + " left";
    }

    static String words(double seconds) {
        double minutes = seconds / SECONDS_OF_A_MINUTE;
        if (seconds < 2 * SECONDS_OF_A_MINUTE) {
            return String.format(Locale.ROOT, "about %.0f s", seconds);
        }
        return minutes < MANY_MINUTES
                ? String.format(Locale.ROOT, "about %.0f min", minutes)
                : String.format(Locale.ROOT, "about %.1f h", minutes / SECONDS_OF_A_MINUTE);
    }
}
