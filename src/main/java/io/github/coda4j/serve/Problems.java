package io.github.coda4j.serve;

import io.github.coda4j.WrongValueException;
import io.github.coda4j.decode.CanvasShape;
import io.github.coda4j.generate.EngineBusyException;
import io.github.coda4j.serve.http.Call;
import io.github.coda4j.serve.wire.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told about what went wrong. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    static Problem of(Throwable cause, Call call) {
        return switch (cause) {
            case Problem problem -> problem;
            case EngineBusyException e -> Problem.busy(e.getMessage(), 1);
            case WrongValueException e
            when e.parameter().equals(CanvasShape.PROMPT) -> Problem.tooLong(CanvasShape.PROMPT, e.getMessage());
            case WrongValueException e -> Problem.wrong(e.parameter(), e.getMessage());
            case IllegalArgumentException e -> Problem.wrong(null, e.getMessage());
            default -> {
                LOG.error("request {} failed", call.id(), cause);
                yield Problem.internal(call.id(), cause);
            }
        };
    }
}
