package io.github.coda4j.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How well a model fills in held-out code, as lines for people, as JSON for programs, and as a page with a plot.
 *
 * @param losses held-out cross entropies in nats per token by task; empty where none were measured
 * @param unknown holes whose length is not told; empty where none were measured
 */
public record QualityReport(Map<String, Double> losses, List<InfillResult> results, List<LengthResult> unknown) {
    public QualityReport {
        results = List.copyOf(results);
        unknown = List.copyOf(unknown);
    }

    /** One without holes of unknown length. */
    public QualityReport(Map<String, Double> losses, List<InfillResult> results) {
        this(losses, results, List.of());
    }

    /** One row of a hole of unknown length. */
    public static String line(LengthResult result) {
        LengthScore score = result.score();
        return String.format(
                Locale.ROOT,
                "%-12s  %-38s  %5d  exact %7s  tokens %7s  parses %7s  %6.1f forwards  %7.3f s",
                result.kind(),
                result.method(),
                score.holes(),
                share(score.exact(), score.holes()),
                share(score.right(), score.tokens()),
                share(score.parses(), score.judged()),
                (double) score.forwards() / score.holes(),
                score.seconds() / score.holes());
    }

    private static String share(int part, int all) {
        return all == 0 ? "-" : percent((double) part / all);
    }

    private List<String> unknownSection() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("## Holes of unknown length");
        lines.add("");
        lines.add("Pieces of held-out files are taken out and filled without being told how long they were, by the "
                + "methods of `coda infill`: the answer is compared as text. **true length**: the number of "
                + "tokens is told. **forwards**: of one sequence, for each hole; those that find a length are "
                + "on short sequences.");
        lines.add("");
        lines.add("| kind | method | holes | exact | tokens | parses | forwards | s |");
        lines.add("|---|---|---|---|---|---|---|---|");
        for (LengthResult result : unknown) {
            LengthScore score = result.score();
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %s | %s | %.1f | %.3f |",
                    result.kind(),
                    result.method(),
                    score.holes(),
                    share(score.exact(), score.holes()),
                    share(score.right(), score.tokens()),
                    share(score.parses(), score.judged()),
                    (double) score.forwards() / score.holes(),
                    score.seconds() / score.holes()));
        }
        return lines;
    }

    /** The headings over {@link #line}. */
    public static final String COLUMNS = String.format(
            Locale.ROOT,
            "%-12s  %-28s  %6s  %7s  %7s  %7s  %10s  %9s",
            "kind",
            "method",
            "spans",
            "exact",
            "tokens",
            "parses",
            "tok/forw.",
            "tok/s");

    /** One row under {@link #COLUMNS}. */
    public static String line(InfillResult result) {
        InfillScore score = result.score();
        return String.format(
                Locale.ROOT,
                "%-12s  %-28s  %6d  %7s  %7s  %7s  %10s  %9.0f",
                result.kind(),
                result.method(),
                score.spans(),
                percent(score.exactMatch()),
                percent(score.tokenAccuracy()),
                validity(score),
                perForward(score),
                score.tokensPerSecond());
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
        ArrayNode holes = report.putArray("unknown_length");
        for (LengthResult result : unknown) {
            LengthScore score = result.score();
            ObjectNode row = holes.addObject();
            row.put("kind", result.kind());
            row.put("method", result.method());
            row.put("holes", score.holes());
            row.put("exact", score.exact());
            row.put("tokens", score.tokens());
            row.put("tokens_right", score.right());
            row.put("files_judged", score.judged());
            row.put("files_that_parse", score.parses());
            row.put("forwards", score.forwards());
            row.put("seconds", score.seconds());
        }
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
        lines.add("**exact**: spans of which every token is right. **tokens**: tokens that are right at their "
                + "place. **parses**: files that still"
                + " parse with the span filled in, of those that did before; Java by JavaParser, "
                + "Python by tree-sitter."
                + " **tok/forw.**: tokens for each pass of the model. Steps are one token each unless "
                + "another number is named.");
        lines.add("");
        lines.add("![Quality against tokens per forward](" + plot + ")");
        for (String kind : results.stream()
                .map(InfillResult::kind)
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new))) {
            lines.add("");
            lines.add("## " + Character.toUpperCase(kind.charAt(0)) + kind.substring(1));
            lines.add("");
            lines.add("| method | spans | exact | tokens | parses | tok/forw. | tok/s |");
            lines.add("|---|---|---|---|---|---|---|");
            results.stream()
                    .filter(result -> result.kind().equals(kind))
                    .map(QualityReport::row)
                    .forEach(lines::add);
        }
        if (!unknown.isEmpty()) {
            lines.addAll(unknownSection());
        }
        lines.add("");
        return String.join("\n", lines);
    }

    private static String row(InfillResult result) {
        InfillScore score = result.score();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %.0f |",
                result.method(),
                score.spans(),
                percent(score.exactMatch()),
                percent(score.tokenAccuracy()),
                validity(score),
                perForward(score),
                score.tokensPerSecond());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    private static String validity(InfillScore score) {
        return score.judged() == 0 ? "-" : percent(score.validity());
    }

    private static String perForward(InfillScore score) {
        return score.forwards() == 0 ? "-" : String.format(Locale.ROOT, "%.2f", score.tokensPerForward());
    }
}
