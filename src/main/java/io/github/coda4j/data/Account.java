package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the documents that were read: how many were kept, and how many were dropped for which reason. For one
 * thread.
 */
public final class Account {
    private final Map<Fate, Line> lines = new TreeMap<>();

    /**
     * One line of the account.
     *
     * @param fate what became of them
     * @param documents how many
     * @param bytes their size as UTF-8, as far as it was read
     * @param example the name of the first one
     */
    public record Line(Fate fate, long documents, long bytes, String example) {
        public Line {
            check(documents > 0 && bytes >= 0, "%s: %d documents of %d bytes", fate, documents, bytes);
        }
    }

    /** Counts one document. */
    void add(Fate fate, String name, long bytes) {
        lines.merge(
                fate,
                new Line(fate, 1, bytes, name),
                (old, more) -> new Line(fate, old.documents + 1, old.bytes + more.bytes, old.example));
    }

    /** In the order of the fates; those that met no document are left out. */
    public List<Line> lines() {
        return new ArrayList<>(lines.values());
    }

    /** How many documents met the fate. */
    public long documents(Fate fate) {
        return lines.containsKey(fate) ? lines.get(fate).documents : 0;
    }

    /** How many bytes the documents of the fate had. */
    public long bytes(Fate fate) {
        return lines.containsKey(fate) ? lines.get(fate).bytes : 0;
    }

    /** How many documents were looked at. */
    public long documents() {
        return lines.values().stream().mapToLong(Line::documents).sum();
    }

    /** On one line, for a message: "3 binary, 2 generated". */
    public String dropped() {
        StringBuilder text = new StringBuilder();
        lines.values().stream()
                .filter(line -> !line.fate.kept())
                .forEach(line -> text.append(text.isEmpty() ? "" : ", ")
                        .append(line.documents)
                        .append(' ')
                        .append(line.fate.label()));
        return text.isEmpty() ? "nothing was dropped" : text.toString();
    }
}
