package io.github.coda4j.plot;

import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Points and lines through them.
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
     * @param style what is drawn of it
     */
    public record Line(String name, List<Point> points, Style style) {
        public Line {
            points = List.copyOf(points);
        }

        /** A line with a mark at each of its points. */
        public Line(String name, List<Point> points) {
            this(name, points, Style.BOTH);
        }
    }

    /** What is drawn: the points, the line through them, or both. */
    public enum Style {
        BOTH,
        POINTS,
        LINE
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
            XYSeries series = chart.addSeries(
                    line.name(),
                    line.points().stream().mapToDouble(Point::x).toArray(),
                    line.points().stream().mapToDouble(Point::y).toArray());
            series.setMarker(line.style() == Style.LINE ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
            if (line.style() == Style.POINTS) {
                series.setLineStyle(SeriesLines.NONE);
            }
        }
        return chart;
    }
}
