package io.github.coda4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The columns of a table, which people read in a terminal and on a page.
 *
 * @param headings of the columns
 * @param widths of them in a terminal; negative: to the left
 * @param cells a row's
 */
record Columns<T>(List<String> headings, int[] widths, Function<T, List<String>> cells) {
    /** The headings over {@link #line}. */
    String headline() {
        return line(headings);
    }

    /** A row in a terminal. */
    String line(T row) {
        return line(cells.apply(row));
    }

    private String line(List<String> texts) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            line.append(i == 0 ? "" : "  ").append(String.format(Locale.ROOT, "%" + widths[i] + "s", texts.get(i)));
        }
        return line.toString().stripTrailing();
    }

    /** A table in Markdown. */
    List<String> markdown(List<T> rows) {
        List<String> lines = new ArrayList<>();
        lines.add(piped(headings));
        lines.add("|" + "---|".repeat(headings.size()));
        rows.forEach(row -> lines.add(piped(cells.apply(row))));
        return lines;
    }

    private static String piped(List<String> texts) {
        return "| " + String.join(" | ", texts) + " |";
    }

    /** So much of a whole in percent, a dash of nothing. */
    static String share(double part, double whole) {
        return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * part / whole);
    }

    /** A number with so many decimals. */
    static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Widths as {@link #widths} wants them. */
    static int[] widths(int... widths) {
        return Arrays.copyOf(widths, widths.length);
    }
}
