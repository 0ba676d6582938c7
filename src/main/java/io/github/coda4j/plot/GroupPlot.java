package io.github.coda4j.plot;

import static io.github.coda4j.Checks.check;

import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Percentages of things that have names.
 *
 * @param y what the vertical axis says
 * @param names of the things, at least one
 * @param kind how values are drawn
 * @param series each with its name beside the picture
 */
public record GroupPlot(String title, String y, List<String> names, Kind kind, List<Series> series) {
    private static final int ROTATION = 60;
    private static final List<Marker> INTERVAL =
            List.of(SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CIRCLE, SeriesMarkers.TRIANGLE_UP);

    /** How values are drawn. */
    public enum Kind {
        /** Bars on top of each other. */
        PARTS,
        /** Three marks: where an interval ends, its value, where it begins. */
        INTERVALS
    }

    /**
     * A value of each thing.
     *
     * @param values in percent
     */
    public record Series(String name, List<Double> values) {
        public Series {
            values = List.copyOf(values);
        }
    }

    public GroupPlot {
        names = List.copyOf(names);
        series = List.copyOf(series);
        int things = names.size();
        check(things >= 1, "a plot needs at least one name");
        series.forEach(one -> check(
                one.values().size() == things,
                "the series %s has %d values for %d names",
                one.name(),
                one.values().size(),
                things));
        check(
                kind == Kind.PARTS || series.size() == INTERVAL.size(),
                "intervals have %d series, got %d",
                INTERVAL.size(),
                series.size());
    }

    /**
     * The picture as a PNG file.
     *
     * @throws io.github.coda4j.CodaException when this Java cannot lay out text
     */
    public byte[] png() {
        CategoryChart chart = new CategoryChartBuilder()
                .width(Png.WIDTH)
                .height(Png.HEIGHT)
                .title(title)
                .yAxisTitle(y)
                .build();
        Png.style(chart.getStyler());
        chart.getStyler().setStacked(kind == Kind.PARTS);
        chart.getStyler().setOverlapped(kind == Kind.INTERVALS);
        chart.getStyler().setXAxisLabelRotation(ROTATION);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(100.0);
        for (int i = 0; i < series.size(); i++) {
            var drawn =
                    chart.addSeries(series.get(i).name(), names, series.get(i).values());
            if (kind == Kind.INTERVALS) {
                drawn.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter)
                        .setMarker(INTERVAL.get(i));
            }
        }
        return Png.of(chart);
    }
}
