package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.JsonLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Two results on the same tasks, task by task.
 *
 * @param a pass@1 of the first
 * @param b pass@1 of the second
 * @param difference the second less the first, with the interval in which it lies in 95 % of the sets of as many tasks
 *     drawn out of these
 * @param gained tasks that pass more often in the second
 * @param lost tasks that pass less often in it
 * @param tasks how many there are
 */
public record Comparison(
        double a, double b, PassAtK.Interval difference, List<String> gained, List<String> lost, int tasks) {
    private static final long SEED = 1;

    public Comparison {
        gained = List.copyOf(gained);
        lost = List.copyOf(lost);
    }

    /**
     * Compares two results.
     *
     * @param first results, or the folder that they lie in
     * @param second the same
     * @throws CodaException when they are no results or not of the same tasks
     */
    public static Comparison of(Path first, Path second) {
        Map<String, PassAtK.Counts> a = counts(first);
        Map<String, PassAtK.Counts> b = counts(second);
        for (String task : a.keySet()) {
            if (!b.containsKey(task)) {
                throw CodaException.of(
                        "%s has no sample of %s, which %s has: only the same tasks compare", second, task, first);
            }
        }
        for (String task : b.keySet()) {
            if (!a.containsKey(task)) {
                throw CodaException.of(
                        "%s has no sample of %s, which %s has: only the same tasks compare", first, task, second);
            }
        }
        List<String> gained = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        double[] differences = new double[a.size()];
        int at = 0;
        for (Map.Entry<String, PassAtK.Counts> entry : a.entrySet()) {
            double change = PassAtK.of(b.get(entry.getKey()), 1) - PassAtK.of(entry.getValue(), 1);
            differences[at++] = change;
            if (change != 0) {
                (change > 0 ? gained : lost).add(entry.getKey());
            }
        }
        return new Comparison(
                PassAtK.mean(List.copyOf(a.values()), 1),
                PassAtK.mean(List.copyOf(b.values()), 1),
                PassAtK.interval(differences, SEED),
                gained,
                lost,
                a.size());
    }

    private static Map<String, PassAtK.Counts> counts(Path results) {
        Path file = Files.isDirectory(results) ? results.resolve(Scoring.RESULTS) : results;
        Map<String, List<Boolean>> byTask = new LinkedHashMap<>();
        JsonLines.read(file, line -> {
            ObjectNode row = line.object();
            if (!row.path("passed").isBoolean() || !row.has("task_id")) {
                throw CodaException.of(
                        "%s: results have \"task_id\" and \"passed\"; make them with eval score", line.source());
            }
            byTask.computeIfAbsent(row.get("task_id").asText(), _ -> new ArrayList<>())
                    .add(row.get("passed").booleanValue());
        });
        if (byTask.isEmpty()) {
            throw CodaException.of("%s holds no results", file);
        }
        Map<String, PassAtK.Counts> counts = new LinkedHashMap<>();
        byTask.forEach((task, passed) -> counts.put(task, PassAtK.counts(passed.stream())));
        return counts;
    }

    /** For people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "pass@1 %.4f and %.4f on %d tasks: difference %+.4f (95 %% of task sets: %+.4f to %+.4f)",
                a,
                b,
                tasks,
                difference.value(),
                difference.low(),
                difference.high()));
        lines.add("gained " + gained.size() + (gained.isEmpty() ? "" : ": " + String.join(", ", gained)));
        lines.add("lost " + lost.size() + (lost.isEmpty() ? "" : ": " + String.join(", ", lost)));
        return lines;
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tasks", tasks)
                .put("a", a)
                .put("b", b)
                .put("difference", difference.value())
                .put("low_95", difference.low())
                .put("high_95", difference.high());
        gained.forEach(json.putArray("gained")::add);
        lost.forEach(json.putArray("lost")::add);
        return json;
    }
}
