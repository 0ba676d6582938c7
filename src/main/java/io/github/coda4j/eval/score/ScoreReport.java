package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.verdict.FailureKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The scores of a file of samples.
 *
 * @param passAtK by name ({@code base}, {@code plus}, {@code coda}, or {@code ""}) and k
 * @param kinds how many samples failed of what
 * @param tasks how many tasks were scored
 * @param samples how many samples
 * @param repeated how many samples ran out of time and were judged again alone
 * @param setting what the scores depend on: data, versions, sandbox
 */
public record ScoreReport(
        Map<String, Map<Integer, PassAtK.Interval>> passAtK,
        Map<FailureKind, Integer> kinds,
        int tasks,
        int samples,
        int repeated,
        ObjectNode setting) {
    static final String BASE = "base";
    static final String PLUS = "plus";
    static final String CODA = "coda";
    private static final String PASS = "pass@";

    /** For people: a line for each k. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        passAtK.forEach((name, values) -> values.forEach((k, interval) -> lines.add(String.format(
                Locale.ROOT,
                "%spass@%d %.4f (95 %% of task sets: %.4f to %.4f)%s",
                name.isEmpty() ? "" : name + " ",
                k,
                interval.value(),
                interval.low(),
                interval.high(),
                meaning(name)))));
        if (lines.isEmpty()) {
            lines.add("no pass@k: no task has a sample");
        }
        return lines;
    }

    /** Whose way of counting a score of MBPP+ is; both are called that. */
    private String meaning(String name) {
        if (!passAtK.containsKey(CODA)) {
            return "";
        }
        return switch (name) {
            case BASE -> ", EvalPlus's base inputs";
            case PLUS -> ", EvalPlus's base and added inputs: its MBPP+";
            default -> ", the task's own asserts alone: MBPP+ as CoDA's evaluation counts it";
        };
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll(setting);
        json.put("tasks", tasks).put("samples", samples).put("judged_again_alone", repeated);
        ObjectNode scores = json.putObject("pass_at_k");
        passAtK.forEach((name, values) -> {
            ObjectNode at = name.isEmpty() ? scores : scores.putObject(name);
            values.forEach((k, interval) -> at.putObject(PASS + k)
                    .put("value", interval.value())
                    .put("low_95", interval.low())
                    .put("high_95", interval.high()));
        });
        ObjectNode failures = json.putObject("outcomes");
        kinds.forEach((kind, count) -> failures.put(kind.outcome(), count));
        return json;
    }

    /** What {@link #json} wrote. */
    static ScoreReport of(ObjectNode json, ObjectNode setting) {
        Map<String, Map<Integer, PassAtK.Interval>> passAtK = new LinkedHashMap<>();
        json.get("pass_at_k").properties().forEach(entry -> {
            if (entry.getKey().startsWith(PASS)) {
                passAtK.computeIfAbsent("", _ -> new TreeMap<>()).putAll(interval(entry));
            } else {
                Map<Integer, PassAtK.Interval> part = passAtK.computeIfAbsent(entry.getKey(), _ -> new TreeMap<>());
                entry.getValue().properties().forEach(one -> part.putAll(interval(one)));
            }
        });
        Map<FailureKind, Integer> kinds = new EnumMap<>(FailureKind.class);
        for (FailureKind kind : FailureKind.values()) {
            if (json.get("outcomes").has(kind.outcome())) {
                kinds.put(kind, json.get("outcomes").get(kind.outcome()).intValue());
            }
        }
        return new ScoreReport(
                passAtK,
                kinds,
                json.get("tasks").intValue(),
                json.get("samples").intValue(),
                json.get("judged_again_alone").intValue(),
                setting);
    }

    private static Map<Integer, PassAtK.Interval> interval(Map.Entry<String, JsonNode> entry) {
        JsonNode at = entry.getValue();
        return Map.of(
                Integer.valueOf(entry.getKey().substring(PASS.length())),
                new PassAtK.Interval(
                        at.get("value").doubleValue(),
                        at.get("low_95").doubleValue(),
                        at.get("high_95").doubleValue()));
    }

    /**
     * How EvalPlus names the two scores of a mode, and CoDA's where it is counted too; or one without name.
     *
     * @param shown whether the asserts that tasks show are counted beside EvalPlus's inputs
     */
    static List<String> names(Mode mode, boolean shown) {
        if (mode == Mode.CODA) {
            return List.of(CODA);
        } else if (!mode.isEvalPlus()) {
            return List.of("");
        }
        return shown ? List.of(BASE, PLUS, CODA) : List.of(BASE, PLUS);
    }
}
