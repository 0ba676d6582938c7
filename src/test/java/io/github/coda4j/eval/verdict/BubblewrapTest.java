package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs under bubblewrap, where it is installed and may make namespaces; otherwise that it is said. */
@Tag("process")
class BubblewrapTest {
    private static final String PATH = System.getenv().getOrDefault("PATH", "");

    @TempDir
    Path outside;

    @Test
    void programs_are_judged_under_bubblewrap_and_reach_nothing_outside() throws Exception {
        boolean installed = Stream.of(PATH.split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "bwrap")));
        if (!installed) {
            assertThatThrownBy(() -> Sandbox.open(SandboxMode.BWRAP, PATH))
                    .hasMessageStartingWith("--sandbox bwrap needs bubblewrap");
            return;
        }
        Sandbox sandbox = Sandbox.open(SandboxMode.BWRAP, PATH);
        assertThat(sandbox.description()).startsWith("bubblewrap");
        try (PythonJudge judge = new PythonJudge(PythonInterpreter.find(Optional.empty(), System.getenv()), sandbox)) {
            assertThat(judge.run("assert 1 + 1 == 2", 5).passed()).isTrue();
            assertThat(judge.run("assert 1 + 1 == 3", 5).kind()).isEqualTo(FailureKind.ASSERTION);
            assertThat(judge.run("open('" + outside + "/new', 'w')", 5).passed())
                    .isFalse();
            assertThat(judge.run("open('/etc/passwd').read()", 5).passed()).isFalse();
            assertThat(judge.run("import posix\nposix.fork()", 5).passed()).isFalse();
            assertThat(judge.run("import posix\nposix.kill(-1, 9)", 5).passed()).isFalse();
            assertThat(judge.run("import socket\nsocket.create_connection(('127.0.0.1', 9))", 5)
                            .raised())
                    .isEqualTo("PermissionError");
            assertThat(judge.run("open('own', 'w').write('x')", 5).passed()).isTrue();
        } catch (CodaException e) {
            assertThat(e)
                    .as("namespaces are not to be had")
                    .hasMessageContaining("Python does not start in the sandbox: bwrap:");
        }
        assertThat(outside).isEmptyDirectory();
    }
}
