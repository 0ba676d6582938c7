package io.github.coda4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run as one HTML page with its curves, that needs nothing from the net: the plotting library (uPlot) and the numbers
 * are in it.
 */
public final class RunReport {
    /** A curve of more steps is drawn by the means of so many pieces. */
    private static final int MOST_POINTS = 2000;

    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot";

    private static final List<Chart> CHARTS = List.of(
            new Chart("Loss (nats per position)", List.of("loss", "held_out_loss")),
            new Chart(
                    "Cross entropy of masked positions (nats)",
                    List.of("masked_cross_entropy", "held_out_masked_cross_entropy")),
            new Chart("ELBO (nats per token that may be masked)", List.of("elbo")),
            new Chart("Learning rate", List.of("learning_rate")),
            new Chart("Gradient norm before clipping", List.of("gradient_norm")),
            new Chart("Masked positions per step", List.of("masked")),
            new Chart(
                    "Rows with S1, S2, S3 and S4 per step",
                    List.of("prefix_rows", "truncated_rows", "block_rows", "hole_rows")),
            new Chart("Tokens per second", List.of("tokens_per_second")),
            new Chart("Part of the machine's product peak (MFU)", List.of("mfu")));

    private RunReport() {}

    /** Curves that share a picture, by their keys in the metrics file. */
    private record Chart(String title, List<String> keys) {}

    /**
     * Writes the page.
     *
     * @param metrics a {@code metrics.jsonl}
     * @param facts what the page says first, in this order
     * @param config the effective config, shown as it is
     * @throws CodaException when the metrics cannot be read or the page cannot be written
     */
    public static void write(Path metrics, Path page, String title, Map<String, String> facts, String config) {
        try {
            List<JsonNode> lines = MetricsFile.read(metrics);
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
                    .append(charts(lines))
                    .append(";\n")
                    .append(resource("/io/github/coda4j/train/report.js"))
                    .append("</script>\n</body></html>\n");
            AtomicFiles.writeText(page, html.toString());
        } catch (IOException e) {
            throw new CodaException("cannot read " + metrics + ": " + e.getMessage(), e);
        }
    }

    private static String charts(List<JsonNode> lines) {
        ArrayNode charts = JsonNodeFactory.instance.arrayNode();
        for (Chart chart : CHARTS) {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("title", chart.title());
            ArrayNode curves = node.putArray("curves");
            for (String key : chart.keys()) {
                curve(lines, key).ifPresent(curves::add);
            }
            if (!curves.isEmpty()) {
                charts.add(node);
            }
        }
        return Json.compact(charts);
    }

    private static Optional<ObjectNode> curve(List<JsonNode> lines, String key) {
        List<JsonNode> points = new ArrayList<>();
        for (JsonNode line : lines) {
            if (line.has(key)) {
                points.add(line);
            }
        }
        if (points.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode curve = JsonNodeFactory.instance.objectNode().put("name", key);
        ArrayNode steps = curve.putArray("steps");
        ArrayNode values = curve.putArray("values");
        int pieces = Math.min(points.size(), MOST_POINTS);
        for (int piece = 0; piece < pieces; piece++) {
            int from = (int) ((long) points.size() * piece / pieces);
            int to = (int) ((long) points.size() * (piece + 1) / pieces);
            steps.add(points.get(to - 1).get("step").asLong());
            values.add((float) points.subList(from, to).stream()
                    .mapToDouble(point -> point.get(key).asDouble())
                    .average()
                    .orElseThrow());
        }
        return Optional.of(curve);
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
