package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.verdict.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The scores of a file of samples.
 *
 * @param passAtK by name ({@code base}, {@code plus}, or {@code ""}) and k
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
    /** For people: a line for each k. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        passAtK.forEach((name, values) -> values.forEach((k, interval) -> lines.add(String.format(
                Locale.ROOT,
                "%spass@%d %.4f (95 %% of task sets: %.4f to %.4f)",
                name.isEmpty() ? "" : name + " ",
                k,
                interval.value(),
                interval.low(),
                interval.high()))));
        if (lines.isEmpty()) {
            lines.add("no pass@k: no task has a sample");
        }
        return lines;
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll(setting);
        json.put("tasks", tasks).put("samples", samples).put("judged_again_alone", repeated);
        ObjectNode scores = json.putObject("pass_at_k");
        passAtK.forEach((name, values) -> {
            ObjectNode at = name.isEmpty() ? scores : scores.putObject(name);
            values.forEach((k, interval) -> at.putObject("pass@" + k)
                    .put("value", interval.value())
                    .put("low_95", interval.low())
                    .put("high_95", interval.high()));
        });
        ObjectNode failures = json.putObject("outcomes");
        kinds.forEach((kind, count) -> failures.put(kind == FailureKind.NONE ? "passed" : kind.label(), count));
        return json;
    }

    /** How EvalPlus names the two scores of a mode, or a single one without a name. */
    static List<String> names(Mode mode) {
        return mode == Mode.EVALPLUS ? List.of("base", "plus") : List.of("");
    }
}
