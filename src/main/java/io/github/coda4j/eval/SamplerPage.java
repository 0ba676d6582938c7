package io.github.coda4j.eval;

import io.github.coda4j.decode.commit.CommitPolicies;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.plot.LinePlot;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Rows of a {@link SamplerSweep} as a page with a plot: for each kind of spans the areas under the curves, the curves
 * with the largest first, and every point.
 *
 * @param model what the page calls the model
 * @param command the command line that measured it
 * @param machine what the page says of how it was measured
 * @param date of the page
 */
public record SamplerPage(String model, String command, String machine, LocalDate date) {
    private static final int PLOTTED = 6;

    /**
     * Writes the page, and the plot of the first kind of spans beside it.
     *
     * @param file the page; the plot gets its name with {@code .png} in place of {@code .md}
     * @param rows at least one
     * @return the plot
     * @throws io.github.coda4j.CodaException when one of them cannot be written, or the plot cannot be drawn
     */
    public Path write(List<SamplerRow> rows, Path file) {
        Path plot = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.md$", "") + ".png");
        AtomicFiles.write(plot, plot(rows));
        AtomicFiles.writeText(file, markdown(rows, plot.getFileName().toString()));
        return plot;
    }

    String markdown(List<SamplerRow> rows, String plot) {
        List<String> lines = new ArrayList<>();
        lines.add("# What rules and caches cost " + model + ", and what they gain");
        lines.add("");
        lines.add("Held-out code is filled in by every rule at several settings, all on the same spans. Made by");
        lines.add("");
        lines.add("    " + command);
        lines.add("");
        lines.add("- " + machine + "; " + date);
        lines.add("- The span is one block; where a row says how a cache is refreshed it is cut into blocks of 8.");
        lines.addAll(notMeasured(rows));
        lines.add("");
        lines.add("**tok/forw.**: tokens for each pass of the model, every pass counted. **full**: passes over the");
        lines.add("whole sequence, for each span. **rows**: positions that all passes ran, for each token. **exact**,");
        lines.add(
                "**tokens**, **parses**: spans of which every token is right, tokens right at their place, files that");
        lines.add("still parse, in percent with 95 % intervals (Wilson; of tokens by drawing spans). **AUP**: the");
        lines.add("area under the curve of tokens right against tokens per forward, as d3LLM's leaderboard has it.");
        lines.add("");
        lines.add("![Tokens right against tokens per forward](" + plot + ")");
        lines.add("");
        lines.addAll(SamplerVerdict.section(rows));
        for (List<SamplerRow> ofKind : by(rows, SamplerRow::kind).values()) {
            lines.add("");
            lines.add("## " + capital(ofKind.getFirst().kind()));
            lines.add("");
            lines.add("| rule | cache | numbers | points | AUP of tokens | AUP of parses |");
            lines.add("|---|---|---|---|---|---|");
            areas(ofKind).forEach(lines::add);
            lines.add("");
            lines.add(
                    "| rule | setting | cache | numbers | spans | tok/forw. | full | rows | exact | tokens | parses |");
            lines.add("|---|---|---|---|---|---|---|---|---|---|---|");
            ofKind.stream().map(row -> "| " + cells(row, " | ") + " |").forEach(lines::add);
        }
        return String.join("\n", lines) + "\n";
    }

    /** What the page does not have, so that nobody looks for it. */
    private static List<String> notMeasured(List<SamplerRow> rows) {
        List<String> formats = rows.stream().map(SamplerRow::format).distinct().toList();
        List<String> lines = new ArrayList<>();
        boolean refreshes = rows.stream().anyMatch(row -> row.rule().startsWith("refresh"));
        if (refreshes && formats.size() > 1) {
            lines.add(
                    "- How caches are refreshed was measured with the first numbers only, " + formats.getFirst() + ".");
        }
        List<String> missing = CommitPolicies.names().stream()
                .filter(name -> rows.stream().noneMatch(row -> row.rule().equals(name)))
                .toList();
        if (!missing.isEmpty()) {
            lines.add("- Rules that were not measured: " + String.join(", ", missing) + ".");
        }
        return lines;
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private record Area(String line, double tokens) {}

    private static List<String> areas(List<SamplerRow> rows) {
        double bestTokens = best(rows.stream().mapToDouble(SamplerRow::accuracy).toArray());
        double bestParses = best(rows.stream().mapToDouble(SamplerRow::validity).toArray());
        return by(rows, SamplerPage::curve).values().stream()
                .map(curve -> {
                    double tokens = Parallelism.area(
                            curve.stream()
                                    .map(row -> new Parallelism.Point(row.tokensPerForward(), 100 * row.accuracy()))
                                    .toList(),
                            bestTokens);
                    double parses = Parallelism.area(
                            curve.stream()
                                    .map(row -> new Parallelism.Point(row.tokensPerForward(), 100 * row.validity()))
                                    .toList(),
                            bestParses);
                    SamplerRow first = curve.getFirst();
                    return new Area(
                            String.format(
                                    Locale.ROOT,
                                    "| %s | %s | %s | %d | %.1f | %.1f |",
                                    first.rule(),
                                    first.cache(),
                                    first.format(),
                                    curve.size(),
                                    tokens,
                                    parses),
                            tokens);
                })
                .sorted(Comparator.comparingDouble(Area::tokens).reversed())
                .map(Area::line)
                .toList();
    }

    /** The highest share in percent; 1 where all are 0. */
    private static double best(double[] shares) {
        double best = 0;
        for (double share : shares) {
            best = Math.max(best, 100 * share);
        }
        return best == 0 ? 1 : best;
    }

    private static String curve(SamplerRow row) {
        return row.rule() + ", " + row.cache() + ", " + row.format();
    }

    private static Map<String, List<SamplerRow>> by(List<SamplerRow> rows, Function<SamplerRow, String> of) {
        return rows.stream().collect(Collectors.groupingBy(of, LinkedHashMap::new, Collectors.toList()));
    }

    /** A row without its page. */
    static String line(SamplerRow row) {
        return row.kind() + ": " + cells(row, "  ");
    }

    private static String cells(SamplerRow row, String between) {
        double[] exact = SamplerRow.interval(row.exact(), row.spans());
        double[] parses = SamplerRow.interval(row.valid(), row.judged());
        return String.join(
                between,
                row.rule(),
                row.setting().isEmpty() ? "-" : row.setting(),
                row.cache(),
                row.format(),
                Integer.toString(row.spans()),
                String.format(Locale.ROOT, "%.2f", row.tokensPerForward()),
                String.format(Locale.ROOT, "%.1f", (double) row.full() / row.spans()),
                String.format(Locale.ROOT, "%.0f", (double) row.rows() / row.tokens()),
                share((double) row.exact() / row.spans(), exact),
                share(row.accuracy(), new double[] {
                    Math.max(0, row.accuracy() - row.deviation()), Math.min(1, row.accuracy() + row.deviation())
                }),
                row.judged() == 0 ? "-" : share(row.validity(), parses));
    }

    private static String share(double share, double[] bounds) {
        return String.format(Locale.ROOT, "%.1f (%.1f-%.1f)", 100 * share, 100 * bounds[0], 100 * bounds[1]);
    }

    /** The curves with the largest areas among those of the first kind. */
    private byte[] plot(List<SamplerRow> rows) {
        List<SamplerRow> ofKind = by(rows, SamplerRow::kind).values().iterator().next();
        double best = best(ofKind.stream().mapToDouble(SamplerRow::accuracy).toArray());
        List<LinePlot.Line> lines = by(ofKind, SamplerPage::curve).entrySet().stream()
                .map(curve -> new LinePlot.Line(
                        curve.getKey(),
                        curve.getValue().stream()
                                .sorted(Comparator.comparingDouble(SamplerRow::tokensPerForward))
                                .map(row -> new LinePlot.Point(row.tokensPerForward(), 100 * row.accuracy()))
                                .toList()))
                .sorted(Comparator.comparingDouble((LinePlot.Line line) -> Parallelism.area(
                                line.points().stream()
                                        .map(point -> new Parallelism.Point(point.x(), point.y()))
                                        .toList(),
                                best))
                        .reversed())
                .limit(PLOTTED)
                .toList();
        String title = model + ": " + ofKind.getFirst().kind();
        return new LinePlot(title, "tokens per forward", "tokens right, %", lines).png();
    }
}
