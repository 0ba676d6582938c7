package io.github.coda4j.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.ConfigFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the documents that were read: how many were kept, and how many were dropped for which reason. For one
 * thread.
 */
public final class Account implements Serializable {
    private static final long serialVersionUID = 1;

    private final TreeMap<Fate, Line> lines = new TreeMap<>();
    private final TreeMap<String, Long> contaminated = new TreeMap<>();
    private String told = "";

    /**
     * One line of the account.
     *
     * @param fate what became of them
     * @param documents how many
     * @param bytes their size as UTF-8, as far as it was read
     * @param example the name of the first one
     * @param why what exactly was said of the first one of which something was; may be empty
     */
    public record Line(Fate fate, long documents, long bytes, String example, String why) implements Serializable {
        public Line {
            check(documents > 0 && bytes >= 0, "%s: %d documents of %d bytes", fate, documents, bytes);
        }

        static Line read(ConfigFile in) {
            in.refuseKeysOtherThan(List.of("fate", "documents", "bytes", "example", "why"));
            return new Line(
                    Arrays.stream(Fate.values())
                            .filter(fate -> in.isWord("fate", fate.label()))
                            .findFirst()
                            .orElseThrow(() -> in.invalid("fate", "what became of documents")),
                    in.requireLong("documents"),
                    in.requireLong("bytes"),
                    in.requireString("example"),
                    in.optionalString("why").orElse(""));
        }

        Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("fate", fate.label());
            values.put("documents", documents);
            values.put("bytes", bytes);
            values.put("example", example);
            if (!why.isEmpty()) {
                values.put("why", why);
            }
            return values;
        }
    }

    /**
     * Counts one document.
     *
     * @param why see {@link Line#why}
     */
    public void add(Fate fate, String name, long bytes, String why) {
        add(new Line(fate, 1, bytes, name, why));
        if (fate == Fate.CONTAMINATED) {
            contaminated.merge(why, 1L, Long::sum);
        }
    }

    /** Counts documents that come behind those that were counted. */
    public void add(Account more) {
        more.lines.values().forEach(this::add);
        more.contaminated.forEach((why, documents) -> contaminated.merge(why, documents, Long::sum));
    }

    private void add(Line line) {
        lines.merge(
                line.fate,
                line,
                (old, more) -> new Line(
                        old.fate,
                        old.documents + more.documents,
                        old.bytes + more.bytes,
                        old.example,
                        old.why.isEmpty() ? more.why : old.why));
    }

    /** In the order of the fates; those that met no document are left out. */
    public List<Line> lines() {
        return new ArrayList<>(lines.values());
    }

    /** How many documents met the fate. */
    public long documents(Fate fate) {
        return lines.containsKey(fate) ? lines.get(fate).documents : 0;
    }

    /** How many documents are contaminated for this reason; see {@link Line#why}. */
    long contaminated(String why) {
        return contaminated.getOrDefault(why, 0L);
    }

    /** Says something of the whole, in place of what was said. */
    public void tell(String line) {
        told = line;
    }

    /** What there is to say of the whole, on one line; mostly nothing. */
    public String told() {
        return told;
    }

    /** How many bytes the documents of the fate had. */
    public long bytes(Fate fate) {
        return lines.containsKey(fate) ? lines.get(fate).bytes : 0;
    }

    /** How many documents were looked at. */
    public long documents() {
        return lines.values().stream().mapToLong(Line::documents).sum();
    }

    /** What is to be said where nothing is left to train on. */
    public CodaException nothingKept() {
        return documents() == 0
                ? new CodaException("the corpus has no documents: name files or folders that hold code or text")
                : CodaException.of("the corpus yields nothing to train on: of %d documents %s", documents(), dropped());
    }

    /** On one line, for a message: "3 binary, 2 generated", each with what was said of the first. */
    public String dropped() {
        StringBuilder text = new StringBuilder();
        lines.values().stream()
                .filter(line -> !line.fate.kept())
                .forEach(line -> text.append(text.isEmpty() ? "" : ", ")
                        .append(line.documents)
                        .append(' ')
                        .append(line.fate.label())
                        .append(line.why.isEmpty() ? "" : " (" + line.why + ")"));
        return text.isEmpty() ? "nothing was dropped" : text.toString();
    }
}
