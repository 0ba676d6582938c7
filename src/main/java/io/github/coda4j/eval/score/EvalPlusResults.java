package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.tasks.Benchmark;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Results as EvalPlus writes them. Which inputs failed is not told: the first wrong one ends a check. */
final class EvalPlusResults {
    private EvalPlusResults() {}

    static ObjectNode of(
            List<Sample> samples, Map<Integer, Scored> scores, ScoreReport report, Benchmark.Loaded loaded) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put(
                "date",
                LocalDateTime.now(ZoneOffset.UTC)
                        .truncatedTo(ChronoUnit.MINUTES)
                        .toString()
                        .replace('T', ' '));
        json.put("hash", loaded.md5());
        ObjectNode tasks = json.putObject("eval");
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            Scored scored = scores.get(i);
            ObjectNode entry = tasks.withArrayProperty(sample.task()).addObject();
            entry.put("task_id", sample.task());
            entry.put("solution", sample.program(loaded.problems().get(sample.task())));
            entry.put("base_status", scored.base().orElseThrow());
            entry.put("plus_status", scored.plus().orElseThrow());
            entry.putArray("base_fail_tests");
            entry.putArray("plus_fail_tests");
        }
        ObjectNode passAtK = json.putObject("pass_at_k");
        List.of(ScoreReport.BASE, ScoreReport.PLUS).forEach(name -> {
            ObjectNode at = passAtK.putObject(name);
            report.passAtK().get(name).forEach((k, interval) -> at.put("pass@" + k, interval.value()));
        });
        return json;
    }
}
