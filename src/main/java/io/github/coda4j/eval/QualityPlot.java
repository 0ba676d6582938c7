package io.github.coda4j.eval;

import io.github.coda4j.CodaException;
import io.github.coda4j.generate.length.LengthCalibration;
import java.awt.Color;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Token accuracy against tokens per forward: what speed costs; and how sure a model is of empty holes. */
final class QualityPlot {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    private QualityPlot() {}

    /**
     * The plot of one kind of spans as a PNG picture; a line for each family of methods, a point for each method.
     *
     * @param results of that kind; those that ask no model are left out
     * @throws CodaException when this Java cannot lay out text
     */
    static byte[] png(String model, String kind, List<InfillResult> results) {
        return png(() -> chart(model, kind, results));
    }

    /**
     * The plot of a calibration as a PNG picture: what was measured, and the curve.
     *
     * @throws CodaException when this Java cannot lay out text
     */
    static byte[] png(String model, LengthCalibration calibration) {
        return png(() -> chart(model, calibration));
    }

    private static byte[] png(Supplier<XYChart> chart) {
        try {
            return BitmapEncoder.getBitmapBytes(chart.get(), BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new CodaException("cannot make the plot: " + e.getMessage(), e);
        } catch (LinkageError | InternalError e) {
            // AWT on a machine without fontconfig, at the first text.
            throw new CodaException(
                    "cannot draw the plot (the page is written): this Java has no fonts to write with; "
                            + "install fontconfig and a font, for example"
                            + " the package fonts-dejavu-core",
                    e);
        }
    }

    private static XYChart chart(String model, String kind, List<InfillResult> results) {
        XYChart chart = empty(model + ": " + kind, "tokens per forward", "tokens right, %");
        Map<String, List<InfillResult>> families = new LinkedHashMap<>();
        for (InfillResult result : results) {
            if (result.score().forwards() > 0) {
                families.computeIfAbsent(result.family(), _ -> new java.util.ArrayList<>())
                        .add(result);
            }
        }
        families.forEach((family, points) -> chart.addSeries(
                        family,
                        points.stream()
                                .mapToDouble(point -> point.score().tokensPerForward())
                                .toArray(),
                        points.stream()
                                .mapToDouble(point -> 100 * point.score().tokenAccuracy())
                                .toArray())
                .setMarker(SeriesMarkers.CIRCLE));
        return chart;
    }

    private static XYChart chart(String model, LengthCalibration calibration) {
        XYChart chart = empty(model + ": empty holes", "tokens of the hole", "mean best probability");
        double[] lengths =
                calibration.lengths().stream().mapToDouble(length -> length).toArray();
        double[] means = calibration.means().stream().mapToDouble(mean -> mean).toArray();
        double[] all = IntStream.rangeClosed(1, (int) lengths[lengths.length - 1])
                .mapToDouble(length -> length)
                .toArray();
        double[] curve = Arrays.stream(all)
                .map(length -> calibration.bias().of((int) length))
                .toArray();
        chart.addSeries("measured, " + calibration.places() + " places", lengths, means)
                .setMarker(SeriesMarkers.CIRCLE)
                .setLineStyle(SeriesLines.NONE);
        chart.addSeries("curve", all, curve).setMarker(SeriesMarkers.NONE);
        return chart;
    }

    private static XYChart empty(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE);
        return chart;
    }
}
