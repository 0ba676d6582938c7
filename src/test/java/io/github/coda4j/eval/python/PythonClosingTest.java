package io.github.coda4j.eval.python;

import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.verdict.PythonJudge;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** What is closed in this room. */
@Tag("process")
class PythonClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case(
                "PythonServer",
                _ -> PythonServer.start(
                        PythonInterpreter.find(Optional.empty(), System.getenv()),
                        Sandbox.open(SandboxMode.BEST, ""),
                        PythonJudge.class,
                        "judge.py")));
    }
}
