package io.github.coda4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The curves of a run's report, which grow with the run and take no more room when it is long. */
final class RunCurves {
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

    private final Map<String, Curve> curves = new LinkedHashMap<>();

    /** Curves that share a picture, by their keys in the metrics file. */
    private record Chart(String title, List<String> keys) {}

    RunCurves() {
        CHARTS.stream().flatMap(chart -> chart.keys().stream()).forEach(key -> curves.put(key, new Curve()));
    }

    /**
     * Those of a {@code metrics.jsonl}, where there is one.
     *
     * @param last the last step that counts
     */
    static RunCurves read(Path metrics, long last) {
        RunCurves read = new RunCurves();
        Stream<JsonNode> lines = Files.exists(metrics) ? MetricsFile.read(metrics).stream() : Stream.empty();
        lines.filter(line -> line.path("step").asLong() <= last).forEach(read::add);
        return read;
    }

    /** Adds a line of the metrics file. */
    void add(JsonNode line) {
        curves.forEach((key, curve) -> {
            if (line.has(key)) {
                curve.add(line.get("step").asLong(), line.get(key).asDouble());
            }
        });
    }

    /** The charts that have something to show, as the page's script takes them. */
    ArrayNode charts() {
        ArrayNode charts = JsonNodeFactory.instance.arrayNode();
        for (Chart chart : CHARTS) {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("title", chart.title());
            ArrayNode shown = node.putArray("curves");
            for (String key : chart.keys()) {
                if (curves.get(key).size > 0) {
                    shown.add(curves.get(key).points(key));
                }
            }
            if (!shown.isEmpty()) {
                charts.add(node);
            }
        }
        return charts;
    }

    /** Means of so many neighbors each; when there is no more room for points, of twice as many. */
    private static final class Curve {
        /** Even, so that points can be joined two by two. */
        private static final int MOST_POINTS = 2000;

        private final long[] steps = new long[MOST_POINTS];
        private final double[] sums = new double[MOST_POINTS];
        private int size;
        private int width = 1;
        /** Values in the last point. */
        private int inLast;

        void add(long step, double value) {
            if (size == 0 || inLast == width) {
                if (size == MOST_POINTS) {
                    halve();
                }
                sums[size++] = 0;
                inLast = 0;
            }
            steps[size - 1] = step;
            sums[size - 1] += value;
            inLast++;
        }

        private void halve() {
            for (int i = 0; i < MOST_POINTS / 2; i++) {
                steps[i] = steps[2 * i + 1];
                sums[i] = sums[2 * i] + sums[2 * i + 1];
            }
            size = MOST_POINTS / 2;
            width *= 2;
        }

        ObjectNode points(String name) {
            ObjectNode curve = JsonNodeFactory.instance.objectNode().put("name", name);
            ArrayNode at = curve.putArray("steps");
            ArrayNode values = curve.putArray("values");
            for (int i = 0; i < size; i++) {
                at.add(steps[i]);
                values.add((float) (sums[i] / (i < size - 1 ? width : inLast)));
            }
            return curve;
        }
    }
}
