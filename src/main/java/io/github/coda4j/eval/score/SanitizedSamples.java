package io.github.coda4j.eval.score;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.sanitize.Answers;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.sanitize.SanitizerKind;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Answers to HumanEval as a sanitizer makes programs of them: the same answers, judged with each, compare. */
public final class SanitizedSamples {
    /** The answer as the model gave it, in samples that have been sanitized. */
    public static final String ANSWER = "answer";

    private SanitizedSamples() {}

    /** Whether there is something to be taken out: a function among others. */
    public static boolean knows(Benchmark benchmark) {
        return benchmark == Benchmark.HUMANEVAL || benchmark == Benchmark.HUMANEVAL_PLUS;
    }

    /**
     * Writes samples whose answers are whole programs. What is sanitized is the line's answer, where it has one,
     * otherwise its completion behind the prompt, or its solution. Samples of other tasks stay as they are.
     *
     * @param from samples
     * @param file where they go; its folder is made
     * @throws io.github.coda4j.CodaException when samples or data cannot be used, or the file cannot be written
     */
    public static void write(
            Benchmark benchmark,
            Mode mode,
            DataFolder data,
            Path from,
            SanitizerKind kind,
            Sanitizer sanitizer,
            Path file) {
        check(knows(benchmark), "sanitizers take functions out of answers to HumanEval, not to %s", benchmark.label());
        Map<String, Problem> problems = benchmark.load(data, mode).problems();
        StringBuilder lines = new StringBuilder();
        for (Sample sample : Sample.read(from).samples()) {
            ObjectNode row = sample.row().deepCopy();
            Problem problem = problems.get(sample.task());
            if (problem != null) {
                row.remove("completion");
                row.put(
                        "solution",
                        kind.program(sanitizer, problem.prompt(), text(problem, sample), problem.entryPoint()));
            }
            lines.append(Json.ascii(row)).append('\n');
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw FileProblems.cannot("write", file, e);
        }
        AtomicFiles.writeText(file, lines.toString());
    }

    private static String text(Problem problem, Sample sample) {
        JsonNode answer = sample.row().path(ANSWER);
        if (answer.isTextual()) {
            String cut = Answers.codaUntil(answer.textValue(), Answers.HUMANEVAL_STOPS);
            return Answers.codaBeforeSanitizer(problem.prompt(), cut);
        }
        return sample.program(problem);
    }
}
