package io.github.coda4j.eval.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.score.Scoring;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One file of HTML with everything in it: scores with their intervals, why answers fail, what they took, and every
 * answer with how it differs from the set's own solution. Like the answers it holds rows of the sets, which are for
 * evaluation alone.
 */
public final class EvalPage {
    /** The most answers of a measurement whose differences are shown; the files have all. */
    static final int MOST_DIFFERENCES = 500;

    private static final int CONTEXT = 2;

    private final EvalReport report;
    private final Map<String, Map<String, Problem>> problems;
    private final StringBuilder html = new StringBuilder();

    private EvalPage(EvalReport report, Map<String, Map<String, Problem>> problems) {
        this.report = report;
        this.problems = problems;
    }

    /**
     * Writes the page.
     *
     * @param problems the tasks of each measurement
     * @return what could not be drawn, if anything: the page is written without it
     * @throws CodaException when the page cannot be written
     */
    public static Optional<String> write(EvalReport report, Map<String, Map<String, Problem>> problems, Path file) {
        EvalPage page = new EvalPage(report, problems);
        Optional<String> missing = page.all();
        AtomicFiles.writeText(file, page.html.toString());
        return missing;
    }

    private Optional<String> all() {
        html.append("<!DOCTYPE html>\n")
                .append("<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Evaluation</title><style>\n")
                .append("body{font-family:sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#222}\n")
                .append("table{border-collapse:collapse}\n")
                .append("td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}\n")
                .append("td.n{text-align:right}pre{background:#f6f6f6;padding:.6em;overflow-x:auto;margin:.3em 0}\n")
                .append(".ok{color:#060}.no{color:#a00}img{max-width:100%}ins{color:#060;text-decoration:none}\n")
                .append("del{color:#a00;text-decoration:none}summary{cursor:pointer}\n</style></head><body>\n");
        html.append("<h1>Evaluation</h1>\n<pre>")
                .append(escaped(report.command()))
                .append("</pre>\n<p>")
                .append(escaped(report.version()))
                .append(". The model and the machine:</p>\n<pre>")
                .append(escaped(Json.pretty(report.model()) + Json.pretty(report.machine())))
                .append("</pre>\n<h2>Scores</h2>\n");
        table();
        Optional<String> missing = plots();
        report.measured().forEach(this::measured);
        html.append("</body></html>\n");
        return missing;
    }

    private void table() {
        html.append("<table><tr><th>measured</th><th>judged</th><th>tasks</th><th>score</th><th>%</th>")
                .append("<th>95 % of task sets</th><th>tokens per forward</th><th>tokens/s</th></tr>\n");
        for (EvalReport.Row row : report.rows()) {
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%s</td><td class=\"n\">%,d</td><td>%s</td><td class=\"n\">%.2f</td>"
                            + "<td class=\"n\">%.2f to %.2f</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>%n",
                    escaped(row.name()),
                    escaped(row.mode()),
                    row.tasks(),
                    escaped(row.score()),
                    100 * row.value(),
                    100 * row.low(),
                    100 * row.high(),
                    row.tokensPerForward(),
                    row.tokensPerSecond()));
        }
        html.append("</table>\n<p>Tokens are those of answers, the end token and pads left out. Forwards are all of ")
                .append("them, those that find lengths included. Tokens in a second are of all answers that are under ")
                .append("way at once. The interval is that of 10,000 sets of as many tasks drawn out of these.</p>\n");
    }

    private Optional<String> plots() {
        try {
            List<EvalReport.Row> rows = report.rows();
            if (!rows.isEmpty()) {
                picture("Scores with their intervals", EvalPlots.scores(rows));
            }
            EvalPlots.failures(report.measured()).ifPresent(png -> picture("Why answers fail", png));
            Map<String, List<Measured>> sweeps = EvalPlots.sweeps(report.measured());
            if (!sweeps.isEmpty()) {
                picture("Steps and scores", EvalPlots.stepsAndScores(sweeps));
                picture("Steps and time", EvalPlots.stepsAndTime(sweeps));
            }
            return Optional.empty();
        } catch (CodaException e) {
            html.append("<p>").append(escaped(e.getMessage())).append("</p>\n");
            return Optional.of(e.getMessage());
        }
    }

    private void picture(String title, byte[] png) {
        html.append("<p><img alt=\"")
                .append(escaped(title))
                .append("\" src=\"data:image/png;base64,")
                .append(Base64.getEncoder().encodeToString(png))
                .append("\"></p>\n");
    }

    /** What was asked, what it took, and every answer. */
    private void measured(Measured one) {
        html.append("<h2>")
                .append(escaped(one.name()))
                .append("</h2>\n<details><summary>what answers depend on, and ")
                .append("what they took</summary><pre>")
                .append(escaped(
                        Json.pretty(one.setting()) + Json.pretty(one.costs().json())))
                .append("</pre></details>\n");
        List<Mode> modes = List.copyOf(one.scores().keySet());
        if (modes.isEmpty()) {
            return;
        }
        outcomes(one);
        html.append("<table><tr><th>task</th>");
        modes.forEach(mode -> html.append("<th>").append(escaped(mode.label())).append("</th>"));
        html.append("<th>answer</th></tr>\n");
        List<List<ObjectNode>> results = new ArrayList<>();
        for (Mode mode : modes) {
            List<ObjectNode> rows = new ArrayList<>();
            JsonLines.read(
                    one.folder().resolve(mode.label()).resolve(Scoring.RESULTS), line -> rows.add(line.object()));
            results.add(rows);
        }
        for (int i = 0; i < results.getFirst().size(); i++) {
            int at = i;
            answer(one, results.stream().map(rows -> rows.get(at)).toList(), i < MOST_DIFFERENCES);
        }
        html.append("</table>\n");
        if (results.getFirst().size() > MOST_DIFFERENCES) {
            html.append("<p>Differences are shown for the first ")
                    .append(MOST_DIFFERENCES)
                    .append(" answers; the files have all.</p>\n");
        }
    }

    private void outcomes(Measured one) {
        one.scores().forEach((mode, score) -> {
            Map<String, Integer> named = new LinkedHashMap<>();
            score.kinds().forEach((kind, count) -> named.put(kind.outcome(), count));
            html.append("<p>").append(escaped(mode.label())).append(": ");
            html.append(escaped(String.join(
                    ", ",
                    named.entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue())
                            .toList())));
            html.append("</p>\n");
        });
    }

    private void answer(Measured one, List<ObjectNode> byMode, boolean withDifference) {
        ObjectNode first = byMode.getFirst();
        String task = first.path("task_id").asText();
        html.append("<tr><td>").append(escaped(task)).append("</td>");
        for (ObjectNode row : byMode) {
            boolean passed = row.path("passed").asBoolean();
            html.append("<td class=\"")
                    .append(passed ? "ok" : "no")
                    .append("\">")
                    .append(escaped(shortened(row.path("result").asText())))
                    .append("</td>");
        }
        html.append("<td>");
        Problem problem = problems.getOrDefault(one.name(), Map.of()).get(task);
        if (withDifference && problem != null) {
            difference(problem, first);
        }
        html.append("</td></tr>\n");
    }

    private void difference(Problem problem, ObjectNode row) {
        boolean whole = row.has("solution");
        String wanted = whole ? problem.prompt() + problem.canonical() : problem.canonical();
        String given = row.path(whole ? "solution" : "completion").asText();
        if (given.equals(wanted)) {
            html.append("the set's own");
            return;
        }
        List<String> old = List.of(wanted.split("\n", -1));
        List<String> diff = UnifiedDiffUtils.generateUnifiedDiff(
                "the set's", "the answer", old, DiffUtils.diff(old, List.of(given.split("\n", -1))), CONTEXT);
        html.append("<details><summary>differs</summary><pre>");
        for (String line : diff) {
            String tag = line.startsWith("+") ? "ins" : line.startsWith("-") ? "del" : "span";
            html.append('<')
                    .append(tag)
                    .append('>')
                    .append(escaped(line))
                    .append("</")
                    .append(tag)
                    .append(">\n");
        }
        html.append("</pre></details>");
    }

    private static String shortened(String text) {
        int most = 80;
        return text.length() <= most ? text : text.substring(0, most) + "...";
    }

    /** Text for HTML. Characters that no text may have stand as their numbers. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))
                    || Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '"' -> safe.append("&quot;");
                default -> {
                    boolean plain = c == '\n' || c == '\t' || c >= ' ';
                    if (plain && (!Character.isSurrogate(c) || paired)) {
                        safe.append(c);
                    } else {
                        safe.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    }
                }
            }
        }
        return safe.toString();
    }
}
