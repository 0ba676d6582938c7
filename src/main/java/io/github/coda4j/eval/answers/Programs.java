package io.github.coda4j.eval.answers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.prompts.Prompt;
import io.github.coda4j.eval.prompts.PromptStyle;
import io.github.coda4j.eval.sanitize.Answers;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import java.util.Optional;

/**
 * The program in an answer, as a style's harness takes it out.
 *
 * @param chat whether the prompt stood in a chat
 * @param keepsHelpers whether ours takes it out in the place of CoDA's own for HumanEval
 */
public record Programs(
        Benchmark benchmark, PromptStyle style, boolean chat, boolean keepsHelpers, Sanitizer sanitizer) {
    private static final String COMPLETION = "completion";
    private static final String SOLUTION = "solution";

    /** The sample: {@code task_id} and {@code completion} or {@code solution}. */
    public ObjectNode sample(Problem problem, String answer) {
        Prompt prompt = style.of(benchmark, problem, chat);
        String cut = prompt.cutAnswer(answer);
        boolean mbpp = benchmark.wantsWholePrograms();
        Optional<String> entry = Optional.of(problem.entryPoint()).filter(name -> !name.isEmpty());
        return switch (style) {
            case CODA ->
                mbpp
                        ? row(problem, SOLUTION, cut)
                        // The answer stays with its program: another sanitizer makes another one of it.
                        : row(problem, SOLUTION, coda(problem, cut, entry)).put("answer", answer);
            case LM_EVAL ->
                row(
                        problem,
                        SOLUTION,
                        mbpp ? Answers.lmEvalMbpp(answer) : Answers.lmEvalHumanEval(problem.prompt(), cut));
            case LM_EVAL_BASE -> row(problem, mbpp ? SOLUTION : COMPLETION, cut);
            case EVALPLUS -> row(problem, SOLUTION, sanitizer.evalPlus(chat ? cut : prompt.plain() + cut, entry));
            case BIGCODE -> row(problem, SOLUTION, prompt.plain() + cut);
        };
    }

    private String coda(Problem problem, String cut, Optional<String> entry) {
        String text = Answers.codaBeforeSanitizer(problem.prompt(), cut);
        return keepsHelpers ? sanitizer.keepingHelpers(problem.prompt(), text, entry) : sanitizer.coda(text, entry);
    }

    /** The sample of a filled document: what stands between prompt and suffix, or the whole when they changed. */
    public static ObjectNode filled(Problem problem, String whole, String before, String behind) {
        boolean between = whole.startsWith(before)
                && whole.endsWith(behind)
                && whole.length() >= before.length() + behind.length();
        return between
                ? row(problem, COMPLETION, whole.substring(before.length(), whole.length() - behind.length()))
                : row(problem, SOLUTION, whole);
    }

    private static ObjectNode row(Problem problem, String field, String text) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("task_id", problem.id())
                .put(field, text);
    }
}
