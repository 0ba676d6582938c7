package io.github.coda4j.eval.sanitize;

import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** What is closed in this room. */
@Tag("process")
class SanitizeClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case("Sanitizer", _ -> {
            Sanitizer sanitizer = new Sanitizer(
                    PythonInterpreter.find(Optional.empty(), System.getenv()), Sandbox.open(SandboxMode.BEST, ""));
            sanitizer.codaRegion("x = 1");
            return sanitizer;
        }));
    }
}
