package io.github.coda4j.eval.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.answers.AnswerCosts;
import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.tasks.Mode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one measurement gave.
 *
 * @param name of the measurement: the set, and in what way it was asked
 * @param setting what the answers depend on
 * @param costs what they took
 * @param scores by the ways of judging
 * @param folder where its files lie; results of each way of judging in a folder of its name
 * @param steps where several numbers of them are compared
 */
public record Measured(
        String name,
        ObjectNode setting,
        AnswerCosts costs,
        Map<Mode, ScoreReport> scores,
        Path folder,
        Optional<Integer> steps) {
    public Measured {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    /** By the first way of judging, and there by the first of its scores; 0 without one. */
    double passAt1() {
        return scores.values().stream()
                .findFirst()
                .flatMap(report -> report.passAtK().values().stream().findFirst())
                .map(values -> values.get(1).value())
                .orElse(0.0);
    }

    /** For programs. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        json.set("answers", setting);
        json.set("cost", costs.json());
        ObjectNode byMode = json.putObject("scores");
        scores.forEach((mode, report) -> byMode.set(mode.label(), report.json()));
        return json;
    }
}
