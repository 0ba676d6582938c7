package io.github.coda4j.hlo;

import java.util.List;

/** A line of a program, or a loop: what printers write and what an interpreter runs. */
sealed interface Line {
    /** A name that stands for one tensor, unique in its program. */
    record Name(String text, TensorType type) {}

    /** An operation. */
    record Apply(SimpleOp op, List<Name> operands, Name result) implements Line {}

    /**
     * As long as the condition gives true, the body's results become its next parameters.
     *
     * @param id that its results' names begin with
     */
    record While(String id, List<Name> operands, List<Name> results, Region condition, Region body) implements Line {}

    /** Lines with parameters and results. */
    record Region(List<Name> parameters, List<Line> lines, List<Name> results) {}
}
