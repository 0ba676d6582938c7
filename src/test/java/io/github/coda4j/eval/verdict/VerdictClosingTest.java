package io.github.coda4j.eval.verdict;

import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.testkit.ClosingContract;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;

/** What is closed in this room. */
@Tag("process")
class VerdictClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("PythonJudge", _ -> {
                    PythonJudge judge = new PythonJudge(
                            PythonInterpreter.find(Optional.empty(), System.getenv()),
                            Sandbox.open(SandboxMode.BEST, ""));
                    judge.run("pass", 1);
                    return judge;
                }),
                new Case(
                        "JavaSources$Kept",
                        _ -> new JavaSources.Kept(
                                ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null),
                                new TreeMap<>())));
    }
}
