package io.github.coda4j.eval;

import io.github.coda4j.CodaException;
import java.awt.Color;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Token accuracy against tokens per forward: what speed costs. */
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
        try {
            return BitmapEncoder.getBitmapBytes(chart(model, kind, results), BitmapEncoder.BitmapFormat.PNG);
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
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(model + ": " + kind)
                .xAxisTitle("tokens per forward")
                .yAxisTitle("tokens right, %")
                .build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE);
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
}
