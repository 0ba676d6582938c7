package io.github.coda4j.eval;

import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.plot.LinePlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Token accuracy against tokens per forward: what speed costs; and how sure a model is of empty holes. */
final class QualityPlot {
    private QualityPlot() {}

    /**
     * The plot of one kind of spans as a PNG picture; a line for each family of methods, a point for each method.
     *
     * @param results of that kind; those that ask no model are left out
     * @throws io.github.coda4j.CodaException when this Java cannot lay out text
     */
    static byte[] png(String model, String kind, List<InfillResult> results) {
        Map<String, List<LinePlot.Point>> families = new LinkedHashMap<>();
        for (InfillResult result : results) {
            InfillScore score = result.score();
            if (score.forwards() > 0) {
                families.computeIfAbsent(result.family(), _ -> new ArrayList<>())
                        .add(new LinePlot.Point(score.tokensPerForward(), 100 * score.tokenAccuracy()));
            }
        }
        List<LinePlot.Line> lines = new ArrayList<>();
        families.forEach((family, points) -> lines.add(new LinePlot.Line(family, points)));
        return new LinePlot(model + ": " + kind, "tokens per forward", "tokens right, %", lines).png();
    }

    /**
     * The plot of a calibration as a PNG picture: what was measured, and the curve.
     *
     * @throws io.github.coda4j.CodaException when this Java cannot lay out text
     */
    static byte[] png(String model, LengthCalibration calibration) {
        List<LinePlot.Point> measured = IntStream.range(0, calibration.lengths().size())
                .mapToObj(i -> new LinePlot.Point(
                        calibration.lengths().get(i), calibration.means().get(i)))
                .toList();
        List<LinePlot.Point> curve = IntStream.rangeClosed(
                        1, calibration.lengths().getLast())
                .mapToObj(
                        length -> new LinePlot.Point(length, calibration.bias().of(length)))
                .toList();
        return new LinePlot(
                        model + ": empty holes",
                        "tokens of the hole",
                        "mean best probability",
                        List.of(
                                new LinePlot.Line(
                                        "measured, " + calibration.places() + " places",
                                        measured,
                                        LinePlot.Style.POINTS),
                                new LinePlot.Line("curve", curve, LinePlot.Style.LINE)))
                .png();
    }
}
