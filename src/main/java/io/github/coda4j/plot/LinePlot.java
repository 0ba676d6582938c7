package io.github.coda4j.plot;

import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines through points.
 *
 * @param x what the horizontal axis says
 * @param y what the vertical one says
 * @param lines each with its name beside the picture
 */
public record LinePlot(String title, String x, String y, List<Line> lines) {
    public LinePlot {
        lines = List.copyOf(lines);
    }

    /**
     * One line.
     *
     * @param points in the order in which they are joined, at least one
     */
    public record Line(String name, List<Point> points) {
        public Line {
            points = List.copyOf(points);
        }
    }

    /** One point. */
    public record Point(double x, double y) {}

    /**
     * The picture as a PNG file.
     *
     * @throws io.github.coda4j.CodaException when this Java cannot lay out text
     */
    public byte[] png() {
        return Png.of(chart());
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder()
                .width(Png.WIDTH)
                .height(Png.HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        Png.style(chart.getStyler());
        for (Line line : lines) {
            chart.addSeries(
                            line.name(),
                            line.points().stream().mapToDouble(Point::x).toArray(),
                            line.points().stream().mapToDouble(Point::y).toArray())
                    .setMarker(SeriesMarkers.CIRCLE);
        }
        return chart;
    }
}
