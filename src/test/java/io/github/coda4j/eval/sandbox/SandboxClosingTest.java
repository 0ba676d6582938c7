package io.github.coda4j.eval.sandbox;

import io.github.coda4j.testkit.ClosingContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** What is closed in this room. */
@Tag("process")
class SandboxClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(new Case(
                "ConfinedStart",
                folder -> new ConfinedStart(
                        new ProcessBuilder("true"),
                        new Reach(List.of(Path.of("/")), List.of(), List.of(folder)),
                        SystemCalls.of("amd64").orElseThrow(),
                        0,
                        false)));
    }
}
