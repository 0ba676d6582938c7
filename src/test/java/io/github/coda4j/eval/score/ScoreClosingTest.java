package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.verdict.JavaJudge;
import io.github.coda4j.eval.verdict.PythonJudge;
import io.github.coda4j.testkit.ClosingContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** What is closed in this room. */
@Tag("process")
class ScoreClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case(
                        "Journal",
                        folder -> Journal.open(
                                folder.resolve("journal"),
                                JsonNodeFactory.instance.objectNode().put("task", "t"))),
                new Case("Judges$OfTexts", _ -> new Judges.OfTexts(Benchmark.SANTACODER_JAVA, false)),
                new Case("Judges$OfJava", folder -> {
                    Sandbox sandbox = Sandbox.open(SandboxMode.BEST, "");
                    return new Judges.OfJava(plan(folder), new JavaJudge(sandbox, ""), sandbox);
                }),
                new Case(
                        "Judges$PythonSamples", folder -> new Judges.PythonSamples(plan(folder), Shown.NONE, judge())));
    }

    private static ScorePlan plan(Path folder) {
        return new ScorePlan(
                Benchmark.HUMANEVAL,
                Mode.HUMAN_EVAL,
                new DataFolder(folder, Map.of(), false),
                folder,
                folder,
                1,
                Optional.empty(),
                false);
    }

    private static PythonJudge judge() {
        return new PythonJudge(
                PythonInterpreter.find(Optional.empty(), System.getenv()), Sandbox.open(SandboxMode.BEST, ""));
    }
}
