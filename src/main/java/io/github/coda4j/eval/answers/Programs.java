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
import java.util.function.Supplier;

/**
 * The program in an answer, as a style's harness takes it out.
 *
 * @param chat who put the prompt into a chat
 * @param keepsHelpers whether ours takes it out in the place of CoDA's own for HumanEval
 * @param sanitizer asked for where one is needed
 */
public record Programs(
        Benchmark benchmark,
        PromptStyle style,
        Asking.ChatForm chat,
        boolean keepsHelpers,
        Supplier<Sanitizer> sanitizer) {
    private static final String COMPLETION = "completion";
    private static final String SOLUTION = "solution";

    /** The sample: {@code task_id} and {@code completion} or {@code solution}. */
    public ObjectNode sample(Problem problem, String answer) {
        Prompt prompt = style.of(benchmark, problem, chat != Asking.ChatForm.NONE);
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
            case EVALPLUS -> row(problem, SOLUTION, evalPlus(prompt, answer, cut, entry));
            case BIGCODE -> row(problem, SOLUTION, prompt.plain() + cut);
            // Cut where it is judged.
            case OWN -> row(problem, COMPLETION, answer);
        };
    }

    /** A server's answer is not cut: it may say something before its code. */
    private String evalPlus(Prompt prompt, String answer, String cut, Optional<String> entry) {
        String text = switch (chat) {
            case NONE -> prompt.plain() + cut;
            case RENDERED -> cut;
            case ENDPOINT -> answer;
        };
        return sanitizer.get().evalPlus(text, entry);
    }

    private String coda(Problem problem, String cut, Optional<String> entry) {
        String text = Answers.codaBeforeSanitizer(problem.prompt(), cut);
        return keepsHelpers
                ? sanitizer.get().keepingHelpers(problem.prompt(), text, entry)
                : sanitizer.get().coda(text, entry);
    }

    /** The sample of a hole that was filled. */
    public static ObjectNode filled(Problem problem, String answer) {
        return row(problem, COMPLETION, answer);
    }

    private static ObjectNode row(Problem problem, String field, String text) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("task_id", problem.id())
                .put(field, text);
    }
}
