package io.github.coda4j.eval.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a run of evaluation gave.
 *
 * @param command as it was typed
 * @param version of coda4j
 * @param machine that it ran on
 * @param model that was asked
 * @param measured what was measured, in order
 * @param quality the report on held-out code, where it was made
 */
public record EvalReport(
        String command,
        String version,
        ObjectNode machine,
        ObjectNode model,
        List<Measured> measured,
        Optional<ObjectNode> quality) {
    public EvalReport {
        measured = List.copyOf(measured);
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("command", command).put("version", version);
        json.set("machine", machine);
        json.set("model", model);
        var list = json.putArray("measured");
        measured.forEach(one -> list.add(one.json()));
        quality.ifPresent(report -> json.set("quality", report));
        return json;
    }

    /**
     * A line of the table of all measurements.
     *
     * @param score {@code pass@1}, with the name of a part before it where there are two
     */
    public record Row(
            String name,
            String mode,
            int tasks,
            String score,
            double value,
            double low,
            double high,
            String tokensPerForward,
            String tokensPerSecond) {}

    /** The table of all measurements: a line for each way of judging and k. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Measured one : measured) {
            String perForward = one.costs().tokensPerForward().isPresent()
                    ? number("%.2f", one.costs().tokensPerForward().getAsDouble())
                    : "-";
            String perSecond = number("%.0f", one.costs().tokensPerSecond());
            one.scores()
                    .forEach((mode, report) -> report.passAtK()
                            .forEach((part, values) -> values.forEach((k, at) -> rows.add(new Row(
                                    one.name(),
                                    mode.label(),
                                    report.tasks(),
                                    (part.isEmpty() ? "" : part + " ") + "pass@" + k,
                                    at.value(),
                                    at.low(),
                                    at.high(),
                                    perForward,
                                    perSecond)))));
        }
        return rows;
    }

    /** The same in Markdown. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("| measured | judged | tasks | score | value | 95 % of task sets | tok/forw. | tok/s |");
        lines.add("|---|---|---|---|---|---|---|---|");
        for (Row row : rows()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,d | %s | %.1f%% | %.1f - %.1f%% | %s | %s |",
                    row.name(),
                    row.mode(),
                    row.tasks(),
                    row.score(),
                    100 * row.value(),
                    100 * row.low(),
                    100 * row.high(),
                    row.tokensPerForward(),
                    row.tokensPerSecond()));
        }
        return lines;
    }

    static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
