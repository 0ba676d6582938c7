package io.github.coda4j.eval;

import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.model.LoadOptions;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
     * Writes the page, the plot of spans of 16 tokens or else of the first kind, and that of the calibration. Where
     * nothing but holes of unknown length was measured, an existing page keeps the rest that it has.
     *
     * @param file the page; the plots get its name with {@code .png} and {@code -lengths.png} in place of {@code .md}
     * @return the plots
     * @throws io.github.coda4j.CodaException when one of them cannot be written, or a plot cannot be drawn
     */
    public List<Path> write(QualityReport report, Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.md$", "");
        Path plot = file.resolveSibling(name + ".png");
        Path lengthPlot = file.resolveSibling(name + "-lengths.png");
        LengthReport lengths = report.lengths();
        boolean hasLengths = !lengths.results().isEmpty();
        boolean hasSpans = !report.results().isEmpty();
        Optional<LengthCalibration> calibration = lengths.calibration().filter(_ -> hasLengths);
        String page = hasSpans || !Files.exists(file)
                ? report.markdown(model, command, about(report), nameOf(plot))
                : rest(TextFiles.read(file));
        String section = hasLengths
                ? String.join("\n", lengths.section(command, machine(), calibration.map(_ -> nameOf(lengthPlot))))
                : "";
        AtomicFiles.writeText(file, hasLengths ? page.stripTrailing() + "\n\n" + section + "\n" : page);
        List<Path> plots = new ArrayList<>();
        if (hasSpans) {
            AtomicFiles.write(plot, plotOfSpans(report));
            plots.add(plot);
        }
        if (calibration.isPresent()) {
            AtomicFiles.write(lengthPlot, QualityPlot.png(model, calibration.get()));
            plots.add(lengthPlot);
        }
        return plots;
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }

    /** A page without its section about holes of unknown length, which is the last one. */
    private static String rest(String page) {
        int section = page.indexOf("\n" + LengthReport.HEADING + "\n");
        return section < 0 ? page : page.substring(0, section);
    }

    private byte[] plotOfSpans(QualityReport report) {
        List<String> kinds =
                report.results().stream().map(InfillResult::kind).distinct().toList();
        String kind = kinds.contains(PLOTTED) ? PLOTTED : kinds.getFirst();
        List<InfillResult> plotted = report.results().stream()
                .filter(result -> result.kind().equals(kind))
                .toList();
        return QualityPlot.png(model, kind, plotted);
    }

    /** Seconds mean little where others used the machine: the load average says whether they did, where it is known. */
    private String machine() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return String.format(
                Locale.ROOT,
                "%s, %s, %d thread%s, %s%s; %s",
                into.format(),
                into.device(),
                into.threads(),
                into.threads() == 1 ? "" : "s",
                System.getProperty("os.arch"),
                load < 0 ? "" : String.format(Locale.ROOT, ", load average %.0f", load),
                date);
    }

    private List<String> about(QualityReport report) {
        List<String> about = new ArrayList<>();
        about.add(machine());
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
