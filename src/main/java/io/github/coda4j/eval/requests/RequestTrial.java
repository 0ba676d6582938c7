package io.github.coda4j.eval.requests;

import io.github.coda4j.eval.Syntax;
import io.github.coda4j.eval.verdict.JavaJudge;
import io.github.coda4j.eval.verdict.PythonJudge;
import io.github.coda4j.eval.verdict.Verdict;

/**
 * What became of a request.
 *
 * @param answer as it was given
 * @param code what was tried of it
 * @param parses whether that is a method or a function
 * @param does whether it also does what was asked for
 * @param result the verdict in words
 */
public record RequestTrial(
        OneLineRequest request, String answer, String code, boolean parses, boolean does, String result) {
    private static final double SECONDS = 15;

    /**
     * Tries an answer.
     *
     * @param java runs Java
     * @param python runs Python
     */
    public static RequestTrial of(OneLineRequest request, String answer, JavaJudge java, PythonJudge python) {
        String code = OneLineRequest.code(answer);
        boolean parses = !code.isBlank() && Syntax.isFile(request.java(), request.source(code));
        if (!parses) {
            return new RequestTrial(request, answer, code, false, false, "does not parse");
        }
        Verdict verdict = request.java()
                ? java.run(request.program(code), "Problem", true, SECONDS)
                : python.run(request.program(code), SECONDS);
        return new RequestTrial(
                request, answer, code, true, verdict.passed(), verdict.passed() ? "does it" : verdict.result());
    }
}
