package io.github.coda4j.eval.report;

import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.verdict.FailureKind;
import io.github.coda4j.plot.GroupPlot;
import io.github.coda4j.plot.LinePlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The plots of a report as PNG pictures. */
final class EvalPlots {
    private static final double PERCENT = 100;

    private EvalPlots() {}

    /** Scores with the interval in which they lie in 95 % of the sets of as many tasks. */
    static byte[] scores(List<EvalReport.Row> rows) {
        List<String> names = rows.stream()
                .map(row -> row.name() + " " + row.mode() + " " + row.score())
                .toList();
        return new GroupPlot(
                        "Scores with their 95 % intervals",
                        "%",
                        names,
                        GroupPlot.Kind.INTERVALS,
                        List.of(
                                series("to", rows, EvalReport.Row::high),
                                series("score", rows, EvalReport.Row::value),
                                series("from", rows, EvalReport.Row::low)))
                .png();
    }

    private static GroupPlot.Series series(
            String name, List<EvalReport.Row> rows, ToDoubleFunction<EvalReport.Row> value) {
        return new GroupPlot.Series(
                name,
                rows.stream().map(row -> PERCENT * value.applyAsDouble(row)).toList());
    }

    /** How many answers failed of what; empty when all passed. */
    static Optional<byte[]> failures(List<Measured> measured) {
        Map<String, ScoreReport> reports = new LinkedHashMap<>();
        measured.forEach(one ->
                one.scores().forEach((mode, report) -> reports.put(one.name() + " " + mode.label(), report)));
        List<GroupPlot.Series> kinds = Arrays.stream(FailureKind.values())
                .filter(kind -> kind != FailureKind.NONE)
                .filter(kind -> reports.values().stream().anyMatch(report -> share(report, kind) > 0))
                .map(kind -> new GroupPlot.Series(
                        kind.label(),
                        reports.values().stream()
                                .map(report -> share(report, kind))
                                .toList()))
                .toList();
        return kinds.isEmpty()
                ? Optional.empty()
                : Optional.of(new GroupPlot(
                                "Why answers fail",
                                "% of the answers",
                                List.copyOf(reports.keySet()),
                                GroupPlot.Kind.PARTS,
                                kinds)
                        .png());
    }

    private static double share(ScoreReport report, FailureKind kind) {
        return PERCENT * report.kinds().getOrDefault(kind, 0) / Math.max(1, report.samples());
    }

    /** The measurements that differ in their steps, by the rest of their names. */
    static Map<String, List<Measured>> sweeps(List<Measured> measured) {
        Map<String, List<Measured>> sweeps = new LinkedHashMap<>();
        for (Measured one : measured) {
            one.steps()
                    .ifPresent(steps -> sweeps.computeIfAbsent(
                                    one.name().replace(".steps-" + steps, ""), _ -> new ArrayList<>())
                            .add(one));
        }
        return sweeps;
    }

    /** Steps against the score. */
    static byte[] stepsAndScores(Map<String, List<Measured>> sweeps) {
        return lines(sweeps, "Steps and scores", "pass@1, %", one -> PERCENT * one.passAt1());
    }

    /** Steps against the time of an answer. */
    static byte[] stepsAndTime(Map<String, List<Measured>> sweeps) {
        return lines(
                sweeps,
                "Steps and time",
                "seconds an answer",
                one -> one.costs().wallSeconds() / Math.max(1, one.costs().answers()));
    }

    private static byte[] lines(
            Map<String, List<Measured>> sweeps, String title, String y, ToDoubleFunction<Measured> value) {
        List<LinePlot.Line> lines = new ArrayList<>();
        sweeps.forEach((name, points) -> lines.add(new LinePlot.Line(
                name,
                points.stream()
                        .map(one -> new LinePlot.Point(one.steps().orElseThrow(), value.applyAsDouble(one)))
                        .toList())));
        return new LinePlot(title, "steps", y, lines).png();
    }
}
