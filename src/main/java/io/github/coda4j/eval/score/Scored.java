package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.eval.verdict.FailureKind;
import io.github.coda4j.eval.verdict.Outcome;
import io.github.coda4j.eval.verdict.Verdict;
import java.util.Optional;

/**
 * The verdict on a sample.
 *
 * @param passed whether it counts as right
 * @param result in human-eval's words
 * @param kind why it failed
 * @param unsure whether it ran out of time, or its process ended, while others ran beside it: it is to be judged again
 *     alone
 * @param base EvalPlus's status on the base inputs
 * @param plus the same on the added ones
 * @param visible whether the asserts pass that the task shows, where they are counted too
 */
record Scored(
        boolean passed,
        String result,
        FailureKind kind,
        boolean unsure,
        Optional<String> base,
        Optional<String> plus,
        Optional<Boolean> visible) {
    static Scored of(Verdict verdict) {
        return new Scored(
                verdict.passed(),
                verdict.result(),
                verdict.kind(),
                isUnsure(verdict),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** EvalPlus's: right on both parts. */
    static Scored of(Verdict base, Verdict plus) {
        Verdict first = base.passed() ? plus : base;
        return new Scored(
                first.passed(),
                first.result(),
                first.kind(),
                isUnsure(base) || isUnsure(plus),
                Optional.of(status(base)),
                Optional.of(status(plus)),
                Optional.empty());
    }

    /** The same with what came of the asserts that the task shows. */
    Scored withVisible(Verdict verdict) {
        return new Scored(passed, result, kind, unsure || isUnsure(verdict), base, plus, Optional.of(verdict.passed()));
    }

    /** Of a comparison of texts. */
    static Scored ofText(boolean same) {
        return new Scored(
                same,
                same ? Verdict.PASSED : "failed: another text",
                same ? FailureKind.NONE : FailureKind.DIFFERENT,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static boolean isUnsure(Verdict verdict) {
        return verdict.outcome() == Outcome.TIMED_OUT || verdict.outcome() == Outcome.DIED;
    }

    private static String status(Verdict verdict) {
        return switch (verdict.outcome()) {
            case PASSED -> "pass";
            case FAILED -> "fail";
            case TIMED_OUT, DIED -> "timeout";
        };
    }

    /** The same of an answer without text. */
    Scored ofEmpty() {
        return passed ? this : new Scored(false, result, FailureKind.EMPTY, unsure, base, plus, visible);
    }

    /** The same, with nothing left to be judged again. */
    Scored sure() {
        return new Scored(passed, result, kind, false, base, plus, visible);
    }

    ObjectNode json(int index) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("index", index)
                .put("passed", passed)
                .put("result", result)
                .put("kind", kind.name())
                .put("unsure", unsure);
        base.ifPresent(status -> json.put("base", status));
        plus.ifPresent(status -> json.put("plus", status));
        visible.ifPresent(right -> json.put("visible", right));
        return json;
    }

    static Scored of(JsonNode json) {
        return new Scored(
                json.get("passed").booleanValue(),
                json.get("result").textValue(),
                FailureKind.valueOf(json.get("kind").textValue()),
                json.get("unsure").booleanValue(),
                Optional.ofNullable(json.path("base").textValue()),
                Optional.ofNullable(json.path("plus").textValue()),
                json.has("visible") ? Optional.of(json.get("visible").booleanValue()) : Optional.empty());
    }
}
