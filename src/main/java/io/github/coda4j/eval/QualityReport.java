package io.github.coda4j.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How well a model fills in held-out code, as lines for people, as JSON for programs, and as a page with a plot.
 *
 * @param losses held-out cross entropies in nats per token by task; empty where none were measured
 * @param lengths holes whose length is not told
 */
public record QualityReport(Map<String, Double> losses, List<InfillResult> results, LengthReport lengths) {
    private static final Columns<InfillResult> TABLE = new Columns<>(
            List.of("kind", "method", "spans", "exact", "tokens", "parses", "tok/forw.", "tok/s"),
            Columns.widths(-12, -28, 6, 7, 7, 7, 10, 9),
            QualityReport::cells);

    /** On a page each kind has a table of its own. */
    private static final Columns<InfillResult> TABLE_OF_A_KIND = new Columns<>(
            TABLE.headings().subList(1, TABLE.headings().size()),
            TABLE.widths(),
            result -> cells(result).subList(1, TABLE.headings().size()));

    public QualityReport {
        results = List.copyOf(results);
    }

    /** One without holes of unknown length. */
    public QualityReport(Map<String, Double> losses, List<InfillResult> results) {
        this(losses, results, LengthReport.NONE);
    }

    /** The headings over {@link #line}. */
    public static String headline() {
        return TABLE.headline();
    }

    /** One row under {@link #headline}. */
    public static String line(InfillResult result) {
        return TABLE.line(result);
    }

    private static List<String> cells(InfillResult result) {
        InfillScore score = result.score();
        return List.of(
                result.kind(),
                result.method(),
                Integer.toString(score.spans()),
                Columns.share(score.exact(), score.spans()),
                Columns.share(score.right(), score.tokens()),
                Columns.share(score.valid(), score.judged()),
                score.forwards() == 0 ? "-" : Columns.number(score.tokensPerForward(), 2),
                Columns.number(score.tokensPerSecond(), 0));
    }

    /** The losses on one line. */
    public String lossLine() {
        return String.format(
                Locale.ROOT,
                "held-out cross entropy, nats per token: %.4f at random noise, %.4f completing %d tokens, "
                        + "%.4f infilling them",
                losses.get(HeldOutLosses.NOISE),
                losses.get(HeldOutLosses.COMPLETION),
                QualityBench.LOSS_WINDOW,
                losses.get(HeldOutLosses.INFILLING));
    }

    /** Every figure under its own name. */
    public ObjectNode json() {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        ObjectNode crossEntropy = report.putObject("cross_entropy");
        losses.forEach(crossEntropy::put);
        ArrayNode array = report.putArray("spans");
        for (InfillResult result : results) {
            InfillScore score = result.score();
            ObjectNode row = array.addObject();
            row.put("kind", result.kind());
            row.put("method", result.method());
            row.put("spans", score.spans());
            row.put("exact_match", score.exactMatch());
            row.put("token_accuracy", score.tokenAccuracy());
            row.put("files_judged", score.judged());
            row.put("files_that_parse", score.valid());
            row.put("forwards", score.forwards());
            row.put("tokens_per_forward", score.tokensPerForward());
            row.put("tokens_per_second", score.tokensPerSecond());
        }
        lengths.json(report.putArray("unknown_length"));
        return report;
    }

    /**
     * A page in Markdown.
     *
     * @param model what was measured
     * @param command the command line that measured it
     * @param about lines about data, date and machine
     * @param plot file name of the plot beside the page
     */
    String markdown(String model, String command, List<String> about, String plot) {
        List<String> lines = new ArrayList<>();
        lines.add("# How good is " + model + "?");
        lines.add("");
        lines.add("Held-out code is filled in and compared with what was there. Made by");
        lines.add("");
        lines.add("    " + command);
        lines.add("");
        about.forEach(line -> lines.add("- " + line));
        lines.add("");
        if (results.isEmpty()) {
            return String.join("\n", lines);
        }
        lines.addAll(Prose.lines(
                "**exact**: spans of which every token is right. **tokens**: tokens that are right at their "
                        + "place. **parses**: files that still"
                        + " parse with the span filled in, of those that did before; Java by JavaParser, "
                        + "Python by tree-sitter."
                        + " **tok/forw.**: tokens for each pass of the model. Steps are one token each unless "
                        + "another number is named."));
        lines.add("");
        lines.add("![Quality against tokens per forward](" + plot + ")");
        Set<String> kinds =
                results.stream().map(InfillResult::kind).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String kind : kinds) {
            lines.addAll(List.of("", "## " + Character.toUpperCase(kind.charAt(0)) + kind.substring(1), ""));
            lines.addAll(TABLE_OF_A_KIND.markdown(results.stream()
                    .filter(result -> result.kind().equals(kind))
                    .toList()));
        }
        lines.add("");
        return String.join("\n", lines);
    }
}
