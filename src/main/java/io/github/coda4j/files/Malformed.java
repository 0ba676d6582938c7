package io.github.coda4j.files;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import io.github.coda4j.CodaException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Words for text that is not what it should be: one line with source, problem, line and column. */
final class Malformed {
    private static final int LONGEST = 160;
    private static final Pattern START_MARKER = Pattern.compile(" \\(start marker at \\[.*?]\\)");

    private Malformed() {}

    /**
     * For example {@code config.json is not valid JSON: the key "a" stands there twice (line 1, column 10)}.
     *
     * @param source what the text is called
     * @param kind what it should be: JSON, YAML
     */
    static CodaException text(String source, String kind, JacksonException e) {
        return text(source, kind, e, 1);
    }

    /** @param firstLine number of the text's first line in its file, from 1 */
    static CodaException text(String source, String kind, JacksonException e, long firstLine) {
        String what = START_MARKER
                .matcher(e.getOriginalMessage())
                .replaceAll("")
                .replaceAll("\\s+", " ")
                .strip();
        // Reached in rows only: whole texts are decoded before.
        String problem = what.startsWith("Invalid UTF-8")
                ? " is not UTF-8: " + what.substring(0, 1).toLowerCase(Locale.ROOT) + what.substring(1)
                : " is not valid " + kind + ": " + what;
        String cut = problem.length() <= LONGEST ? problem : problem.substring(0, LONGEST - 3) + "...";
        return new CodaException(source + cut + place(e.getLocation(), firstLine), e);
    }

    private static String place(JsonLocation location, long firstLine) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " (line " + (firstLine - 1 + location.getLineNr()) + ", column " + location.getColumnNr() + ")";
    }
}
