package io.github.coda4j;

import java.util.Locale;

/** Large numbers for people. */
public final class Amounts {
    private static final double THOUSAND = 1000;

    private Amounts() {}

    /** For example {@code 3.4 GB}; powers of 1000. */
    public static String bytes(long bytes) {
        return scaled(bytes, new String[] {"bytes", "kB", "MB", "GB", "TB"});
    }

    /** For example {@code 1.7 billion}. */
    public static String count(long count) {
        return scaled(count, new String[] {"", "thousand", "million", "billion", "trillion"})
                .strip();
    }

    private static String scaled(long value, String[] units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= THOUSAND && unit < units.length - 1) {
            scaled /= THOUSAND;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", scaled, units[unit]);
    }
}
