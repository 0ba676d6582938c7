package io.github.coda4j.plot;

import io.github.coda4j.CodaException;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
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
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

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
     * @throws CodaException when this Java cannot lay out text
     */
    public byte[] png() {
        try {
            return BitmapEncoder.getBitmapBytes(chart(), BitmapEncoder.BitmapFormat.PNG);
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

    private XYChart chart() {
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
