package io.github.coda4j.eval;

import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.model.LoadOptions;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A page in Markdown with all tables of a {@link QualityReport}, and a plot beside it.
 *
 * @param model what the page calls the model
 * @param command the command line that measured it
 * @param into how the model was put into memory
 * @param plan what was measured
 * @param date of the measurement
 */
public record QualityPage(String model, String command, LoadOptions into, QualityPlan plan, LocalDate date) {
    /** The kind of spans that is plotted where it was measured. */
    private static final String PLOTTED = "16 tokens";

    /**
     * Writes the page, and the plot of spans of 16 tokens or else of the first kind.
     *
     * @param file the page; the plot gets its name with {@code .png} in place of {@code .md}
     * @return the plot
     * @throws io.github.coda4j.CodaException when one of them cannot be written, or the plot cannot be drawn
     */
    public Path write(QualityReport report, Path file) {
        Path plot = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.md$", "") + ".png");
        List<String> kinds =
                report.results().stream().map(InfillResult::kind).distinct().toList();
        String kind = kinds.contains(PLOTTED) ? PLOTTED : kinds.getFirst();
        List<InfillResult> plotted = report.results().stream()
                .filter(result -> result.kind().equals(kind))
                .toList();
        AtomicFiles.writeText(
                file,
                report.markdown(
                        model, command, about(report), plot.getFileName().toString()));
        AtomicFiles.write(plot, QualityPlot.png(model, kind, plotted));
        return plot;
    }

    private List<String> about(QualityReport report) {
        List<String> about = new ArrayList<>();
        about.add(String.format(
                Locale.ROOT,
                "%s, %s, %d threads, %s; %s",
                into.format(),
                into.device(),
                into.threads(),
                System.getProperty("os.arch"),
                date));
        about.add(String.format(
                Locale.ROOT,
                "at most %d spans of a kind, not more than one of a document and round, each with %d tokens around it",
                plan.spans(),
                plan.context()));
        about.add("the 5-gram baseline sees the left side, and has learned from the training split of the same data");
        if (!report.losses().isEmpty()) {
            about.add(report.lossLine());
        }
        return about;
    }
}
