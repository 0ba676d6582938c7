package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.World;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where programs that are judged run, and by which Python. */
final class ProgramFlags {
    @Option(
            names = "--sandbox",
            paramLabel = "MODE",
            description = "required: a complete sandbox or nothing is run; best: what this system has; off; bwrap: "
                    + "bubblewrap (default: best).")
    Optional<String> sandbox = Optional.empty();

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "The Python that runs programs (default: the variable CODA_PYTHON, else python3).")
    Optional<String> python = Optional.empty();

    /** The Python that is named, or found. */
    PythonInterpreter python(World world) {
        return PythonInterpreter.find(python, world.environment());
    }

    /** Where programs are run. */
    Sandbox sandbox(World world) {
        return Sandbox.open(sandboxMode(), world.environment().getOrDefault("PATH", ""));
    }

    SandboxMode sandboxMode() {
        String name = sandbox.orElse("best");
        try {
            return SandboxMode.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--sandbox must be required, best, off or bwrap, got '" + name + "'", e);
        }
    }
}
