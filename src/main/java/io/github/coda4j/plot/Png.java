package io.github.coda4j.plot;

import io.github.coda4j.CodaException;
import java.awt.Color;
import java.io.IOException;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all plots have in common. */
final class Png {
    static final int WIDTH = 1000;
    static final int HEIGHT = 600;

    private Png() {}

    /** White, with the names beside the picture. */
    static void style(Styler styler) {
        styler.setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE);
    }

    /** @throws CodaException when this Java cannot lay out text */
    static byte[] of(Chart<?, ?> chart) {
        try {
            return BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG);
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
}
