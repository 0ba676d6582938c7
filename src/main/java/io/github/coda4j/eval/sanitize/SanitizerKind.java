package io.github.coda4j.eval.sanitize;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whose way of taking the program out of an answer. */
public enum SanitizerKind {
    /** Ours, which keeps what the prompt defines. */
    KEEP("keep"),
    /** That of CoDA's evaluation. */
    CODA("coda"),
    /** EvalPlus's. */
    EVALPLUS("evalplus");

    private final String label;

    SanitizerKind(String label) {
        this.label = label;
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(SanitizerKind::label).toList();
    }

    /** Empty when there is none of the name. */
    public static Optional<SanitizerKind> of(String name) {
        return Arrays.stream(values()).filter(one -> one.label.equals(name)).findFirst();
    }

    /**
     * The program.
     *
     * @param prompt of the task
     * @param text prompt and answer
     * @param entryPoint the function that is asked for
     */
    public String program(Sanitizer sanitizer, String prompt, String text, String entryPoint) {
        Optional<String> entry = Optional.of(entryPoint).filter(name -> !name.isEmpty());
        return switch (this) {
            case KEEP -> sanitizer.keepingHelpers(prompt, text, entry);
            case CODA -> sanitizer.coda(text, entry);
            case EVALPLUS -> sanitizer.evalPlus(text, entry);
        };
    }
}
