package io.github.coda4j.generate;

import java.util.List;
import java.util.OptionalInt;

/** Finds stop strings in text that grows. */
record StopStrings(List<String> strings) {
    /**
     * Where the leftmost stop string begins that ends behind {@code from}, that is in what was appended at
     * {@code from}.
     */
    OptionalInt find(StringBuilder text, int from) {
        return strings.stream()
                .mapToInt(stop -> text.indexOf(stop, Math.max(0, from - stop.length() + 1)))
                .filter(index -> index >= 0)
                .min();
    }

    /** The stop string that stands there: of several the first one. */
    String at(StringBuilder text, int index) {
        return strings.stream()
                .filter(stop -> text.indexOf(stop, index) == index)
                .findFirst()
                .orElseThrow();
    }

    /** How many characters at the end of the text may turn out to be the beginning of a stop string. */
    int held(StringBuilder text) {
        return strings.stream().mapToInt(stop -> held(text, stop)).max().orElse(0);
    }

    private static int held(StringBuilder text, String stop) {
        for (int length = Math.min(stop.length() - 1, text.length()); length > 0; length--) {
            int start = text.length() - length;
            if (text.indexOf(stop.substring(0, length), start) == start) {
                return length;
            }
        }
        return 0;
    }
}
