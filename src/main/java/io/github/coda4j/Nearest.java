package io.github.coda4j;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped name was meant to be. */
public final class Nearest {
    private Nearest() {}

    /** {@code "; did you mean X?"}, or nothing when no name is near. */
    public static String hint(String given, Collection<String> names) {
        return of(given, names).map(name -> "; did you mean " + name + "?").orElse("");
    }

    /**
     * The first name that begins so, else the one with the fewest edits if they are at most a third of its length or
     * two.
     */
    public static Optional<String> of(String given, Collection<String> names) {
        Optional<String> longer =
                names.stream().filter(name -> name.startsWith(given)).min(Comparator.naturalOrder());
        return longer.or(() -> names.stream()
                .min(Comparator.comparingInt((String name) -> distance(given, name))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(name -> distance(given, name) <= Math.max(2, name.length() / 3)));
    }

    /** Insertions, deletions, replacements and swaps of neighbours that make one text of the other. */
    public static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
