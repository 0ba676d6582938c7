package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.sanitize.SafimCut;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.eval.verdict.StdioTest;
import io.github.coda4j.eval.verdict.Verdict;
import io.github.coda4j.files.Json;
import io.github.coda4j.syntax.Grammar;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** SAFIM's way of judging: an answer that is the text that stood there is right; others are cut and run. */
final class Safim {
    private Safim() {}

    /** @param run judges a program by its tests */
    static Scored judge(
            Benchmark benchmark, Problem problem, Sample sample, BiFunction<List<StdioTest>, String, Verdict> run) {
        if (sample.text().equals(problem.canonical()) && !sample.whole()) {
            return Scored.ofText(true);
        }
        String program = sample.whole()
                ? sample.text()
                : problem.prompt() + cut(benchmark, problem, sample.text()) + problem.suffix();
        return Scored.of(run.apply(tests(problem), program.replace("\r\n", "\n")));
    }

    private static String cut(Benchmark benchmark, Problem problem, String answer) {
        Grammar grammar = benchmark.isPython() ? Grammar.PYTHON : Grammar.JAVA;
        return switch (benchmark) {
            case SAFIM_BLOCK_JAVA, SAFIM_BLOCK_PYTHON ->
                SafimCut.block(grammar, problem.prompt(), answer, problem.suffix());
            default -> SafimCut.control(grammar, answer);
        };
    }

    /** The unit tests of a row: a list, or in later versions the list as text. */
    private static List<StdioTest> tests(Problem problem) {
        JsonNode given = Json.parseObject(problem.row(), problem.id()).path("unit_tests");
        JsonNode rows = given.isTextual() ? Json.parse(given.textValue(), problem.id() + ", unit_tests") : given;
        List<StdioTest> tests = new ArrayList<>();
        for (JsonNode row : rows) {
            List<String> outputs = new ArrayList<>();
            row.path("output").forEach(output -> outputs.add(output.asText()));
            tests.add(new StdioTest(row.path("input").asText(), outputs));
        }
        if (tests.isEmpty()) {
            throw CodaException.of("%s has no unit tests", problem.id());
        }
        return tests;
    }
}
