package io.github.coda4j.train;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A run as one HTML page with its curves, that needs nothing from the net: the plotting library (uPlot) and the numbers
 * are in it.
 */
public final class RunReport {
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot";

    private RunReport() {}

    /**
     * Writes the page.
     *
     * @param metrics a {@code metrics.jsonl}
     * @param facts what the page says first, in this order
     * @param config the effective config, shown as it is
     * @throws CodaException when the metrics cannot be read or the page cannot be written
     */
    public static void write(Path metrics, Path page, String title, Map<String, String> facts, String config) {
        write(RunCurves.read(metrics, Long.MAX_VALUE), page, title, facts, config);
    }

    static void write(RunCurves curves, Path page, String title, Map<String, String> facts, String config) {
        try {
            StringBuilder html = new StringBuilder();
            html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                    .append(escaped(title))
                    .append("</title>\n<style>\n")
                    .append(resource(UPLOT + ".min.css"))
                    .append(resource("/io/github/coda4j/train/report.css"))
                    .append("</style></head><body>\n<h1>")
                    .append(escaped(title))
                    .append("</h1>\n<table>\n");
            facts.forEach((name, value) -> html.append("<tr><th>")
                    .append(escaped(name))
                    .append("</th><td>")
                    .append(escaped(value))
                    .append("</td></tr>\n"));
            html.append("</table>\n<div id=\"charts\"></div>\n<details><summary>Config</summary><pre>")
                    .append(escaped(config))
                    .append("</pre></details>\n<script>\n")
                    .append(resource(UPLOT + ".iife.min.js"))
                    .append("\nconst charts = ")
                    .append(Json.compact(curves.charts()))
                    .append(";\n")
                    .append(resource("/io/github/coda4j/train/report.js"))
                    .append("</script>\n</body></html>\n");
            AtomicFiles.writeText(page, html.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("the plotting library cannot be read", e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = RunReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
