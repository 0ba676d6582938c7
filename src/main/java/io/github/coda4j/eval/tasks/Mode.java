package io.github.coda4j.eval.tasks;

/** Whose way of judging answers. */
public enum Mode {
    /** The program with its tests, 3 seconds, no exception (human-eval, human-eval-infilling, code_eval). */
    HUMAN_EVAL("human-eval", 3),
    /** The function on all inputs, compared with the reference solution. */
    EVALPLUS("evalplus", 0),
    /** The same on fewer inputs, which EvalPlus has for haste. */
    EVALPLUS_MINI("evalplus-mini", 0),
    /** As CoDA's evaluation counts MBPP+: the visible asserts, never the added inputs. */
    CODA("coda", 3),
    /** The text is what stood there. */
    EXACT("exact", 0),
    /** Run with its tests, Java with assertions on, as MultiPL-E does. */
    MULTIPL_E("multipl-e", 15),
    /** Cut, then run on inputs whose outputs are known, as SAFIM does; calls of libraries are compared as text. */
    SAFIM("safim", 6),
    /** Compiled and run, as HumanEval-X does. */
    HUMANEVAL_X("humaneval-x", 15);

    private final String label;
    private final double seconds;

    Mode(String label, double seconds) {
        this.label = label;
        this.seconds = seconds;
    }

    /** How long a program may run unless something else is said, in seconds; 0 where that cannot be said. */
    public double seconds() {
        return seconds;
    }

    /** Whether there are two scores: on the base inputs, and on the added ones as well. */
    public boolean isEvalPlus() {
        return this == EVALPLUS || this == EVALPLUS_MINI;
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
