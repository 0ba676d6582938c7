package io.github.coda4j.eval.prompts;

import io.github.coda4j.Nearest;
import io.github.coda4j.eval.sanitize.Answers;
import io.github.coda4j.eval.sanitize.PythonText;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whose way of asking. Which set's rows it reads is {@link #mode}. */
public enum PromptStyle {
    /** CoDA's evaluation: an instruction, and an answer that begins with the function. */
    CODA("coda"),
    /** lm-evaluation-harness's tasks whose names end in instruct. */
    LM_EVAL("lm-eval"),
    /** Its tasks without a chat; MBPP's question alone, without examples before it. */
    LM_EVAL_BASE("lm-eval-base"),
    /** EvalPlus, with a chat template or without one. */
    EVALPLUS("evalplus"),
    /** The BigCode harness. */
    BIGCODE("bigcode"),
    /** The harness of a set that has one of its own: MultiPL-E and HumanEval-X. */
    OWN("own");

    private static final String COMPLETED = "Here is the completed function:\n```python\n";
    private static final String SOLVE =
            "Write a solution to the following problem and make sure that it passes the tests:\n";
    private static final String EXPERT = "You are an expert Python programmer, and here is your task:";
    private static final String SELF_CONTAINED =
            "Please provide a self-contained Python script that solves the following problem in a markdown code"
                    + " block:\n";
    private static final String BELOW =
            "Below is a Python script with a self-contained function that solves the problem"
                    + " and passes corresponding tests:\n```python\n";

    private static final List<String> EVALPLUS_ENDS = List.of("<|endoftext|>", "<|endofmask|>", "</s>");
    private static final List<String> EVALPLUS_MAIN = List.of("\nif __name__", "\ndef main(", "\nprint(");

    private final String label;

    PromptStyle(String label) {
        this.label = label;
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(PromptStyle::label).toList();
    }

    /** @throws IllegalArgumentException when there is none of the name */
    public static PromptStyle of(String name) {
        return Arrays.stream(values())
                .filter(style -> style.label.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no prompt style '" + name + "': there are "
                        + String.join(", ", labels()) + Nearest.hint(name, labels())));
    }

    /** Whether it asks for what a chat template is needed for, or can do without. */
    public boolean hasChatForm() {
        return this != BIGCODE && this != OWN;
    }

    /** Whether a model with a chat template is asked in a chat unless somebody says otherwise. */
    public boolean asksInChat() {
        return hasChatForm() && this != LM_EVAL_BASE;
    }

    /** The style that is taken for a task unless another is asked for. */
    public static PromptStyle usual(Benchmark benchmark) {
        return switch (benchmark) {
            case HUMANEVAL_X_JAVA, MULTIPL_E_HUMANEVAL_JAVA, MULTIPL_E_MBPP_JAVA -> OWN;
            default -> CODA;
        };
    }

    /** The way of judging whose rows have what this style shows: lm-eval and CoDA read the sets with test code. */
    public Mode mode(Benchmark benchmark) {
        boolean tests = this == CODA || this == LM_EVAL || this == LM_EVAL_BASE;
        return switch (benchmark) {
            case HUMANEVAL_PLUS -> tests ? Mode.HUMAN_EVAL : Mode.EVALPLUS;
            case MBPP_PLUS -> tests ? Mode.CODA : Mode.EVALPLUS;
            default -> benchmark.modes().getFirst();
        };
    }

    /**
     * The prompt of a task.
     *
     * @param chat whether it goes into a chat template
     * @throws IllegalArgumentException when the style does not know the task
     */
    public Prompt of(Benchmark benchmark, Problem problem, boolean chat) {
        if (chat && !hasChatForm()) {
            throw new IllegalArgumentException("the prompt style " + label + " has no chat form: leave out --template");
        }
        return switch (family(benchmark)) {
            case HUMANEVAL -> humanEval(problem, chat);
            case MBPP -> mbpp(problem, benchmark == Benchmark.MBPP_PLUS, chat);
            case JAVA -> new Prompt(problem.prompt(), Optional.empty(), List.of(), Prompt.Cut.EARLIEST);
        };
    }

    /**
     * What a person says to a server that puts it into a chat and cannot go on with the beginning of an answer.
     *
     * @throws IllegalArgumentException when the style gives answers a beginning, or does not know the task
     */
    public String ofEndpoint(Benchmark benchmark, Problem problem) {
        Prompt prompt = of(benchmark, problem, true);
        if (this == EVALPLUS) {
            return SELF_CONTAINED + "```python\n" + PythonText.strip(problem.prompt()) + "\n```";
        }
        if (prompt.prefix().isPresent()) {
            throw new IllegalArgumentException("the prompt style " + label
                    + " begins the answer, which a chat endpoint does not go on with: add --template MODEL, whose chat"
                    + " is rendered here, or take --prompt evalplus");
        }
        return prompt.user();
    }

    private enum Family {
        HUMANEVAL,
        MBPP,
        JAVA
    }

    private Family family(Benchmark benchmark) {
        boolean java = usual(benchmark) == OWN;
        if (java != (this == OWN)) {
            throw unknown(benchmark);
        }
        return switch (benchmark) {
            case HUMANEVAL_X_JAVA, MULTIPL_E_HUMANEVAL_JAVA, MULTIPL_E_MBPP_JAVA -> Family.JAVA;
            case HUMANEVAL, HUMANEVAL_PLUS -> Family.HUMANEVAL;
            case MBPP, MBPP_SANITIZED, MBPP_PLUS -> {
                boolean plain = benchmark != Benchmark.MBPP_PLUS;
                if (plain && this == EVALPLUS || !plain && (this == BIGCODE || this == LM_EVAL_BASE)) {
                    throw unknown(benchmark);
                }
                yield Family.MBPP;
            }
            default -> throw unknown(benchmark);
        };
    }

    private IllegalArgumentException unknown(Benchmark benchmark) {
        return new IllegalArgumentException("the prompt style " + label + " does not ask for " + benchmark.label());
    }

    private Prompt humanEval(Problem problem, boolean chat) {
        String prompt = problem.prompt();
        return switch (this) {
            case CODA ->
                new Prompt(
                        SOLVE + "```" + prompt,
                        Optional.of(COMPLETED + prompt + "\n"),
                        Answers.HUMANEVAL_STOPS,
                        Prompt.Cut.EACH_IN_TURN);
            case LM_EVAL ->
                new Prompt(
                        SOLVE + "```python\n" + prompt + "\n```\n",
                        Optional.of(COMPLETED + prompt + "\n"),
                        Answers.HUMANEVAL_STOPS,
                        Prompt.Cut.EARLIEST);
            case LM_EVAL_BASE -> new Prompt(prompt, Optional.empty(), Answers.HUMANEVAL_STOPS, Prompt.Cut.EARLIEST);
            case EVALPLUS -> evalPlus(prompt, chat, List.of("\ndef ", "\nclass ", "\nimport ", "\nfrom ", "\nassert "));
            case BIGCODE ->
                new Prompt(
                        PythonText.strip(prompt),
                        Optional.empty(),
                        Answers.BIGCODE_HUMANEVAL_STOPS,
                        Prompt.Cut.EARLIEST);
            case OWN -> throw new IllegalStateException("HumanEval has no style of its own");
        };
    }

    private Prompt mbpp(Problem problem, boolean plus, boolean chat) {
        String text = problem.description();
        String tests = String.join("\n", problem.asserts());
        return switch (this) {
            case CODA ->
                new Prompt(
                        EXPERT + " " + text + " Your code should pass these tests:\n\n" + tests,
                        Optional.of(COMPLETED),
                        Answers.MBPP_STOPS,
                        Prompt.Cut.EACH_IN_TURN);
            case LM_EVAL ->
                plus
                        ? new Prompt(
                                text + " Your code should satisfy the following assertion:\n"
                                        + problem.asserts().getFirst(),
                                Optional.of("Here is a solution to this programming problem:\n```python\n"),
                                List.of(),
                                Prompt.Cut.EARLIEST)
                        : new Prompt(
                                EXPERT + "\n" + text + "\nYour code should pass these tests:\n" + tests,
                                Optional.of("\n```python\n"),
                                List.of(),
                                Prompt.Cut.EARLIEST);
            case LM_EVAL_BASE ->
                new Prompt(
                        EXPERT + " " + text + " Your code should pass these tests:\n\n" + tests + "\n[BEGIN]\n",
                        Optional.empty(),
                        List.of("[DONE]"),
                        Prompt.Cut.EARLIEST);
            case EVALPLUS -> evalPlus(problem.prompt(), chat, List.of("\n\"\"\"", "\nassert"));
            case BIGCODE ->
                new Prompt(
                        "\"\"\"\n" + text + "\n" + problem.asserts().getFirst() + "\n\"\"\"\n",
                        Optional.empty(),
                        Answers.BIGCODE_MBPP_STOPS,
                        Prompt.Cut.EARLIEST);
            case OWN -> throw new IllegalStateException("MBPP has no style of its own");
        };
    }

    private static Prompt evalPlus(String prompt, boolean chat, List<String> ofSet) {
        String bare = PythonText.strip(prompt);
        if (chat) {
            List<String> stops =
                    Stream.concat(Stream.of("\n```\n"), EVALPLUS_ENDS.stream()).toList();
            return new Prompt(
                    SELF_CONTAINED + "```\n" + bare + "\n```\n", Optional.of(BELOW), stops, Prompt.Cut.EARLIEST);
        }
        List<String> stops = Stream.of(EVALPLUS_ENDS, EVALPLUS_MAIN, ofSet)
                .flatMap(List::stream)
                .toList();
        return new Prompt(bare + "\n", Optional.empty(), stops, Prompt.Cut.EARLIEST);
    }
}
