package io.github.coda4j.cli.help;

import io.github.coda4j.Nearest;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code coda completion}. */
@Command(
        name = "completion",
        description = {
            "Print a script with which a shell completes the names of commands and options.",
            "",
            "For a shell's every start: in ~/.bashrc `source <(coda completion bash)`, in ~/.zshrc the same "
                    + "with zsh, and "
                    + "`coda completion fish > ~/.config/fish/completions/coda.fish`.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coda completion bash", "  coda completion zsh", "  coda completion fish"})
public final class CompletionCommand implements Callable<Integer> {
    private static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private final World world;

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    String shell;

    public CompletionCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        String script = switch (shell) {
            // The script finds out which of the two reads it.
            case "bash", "zsh" -> AutoComplete.bash(root.getCommandName(), root);
            case "fish" -> FishCompletion.of(root);
            default ->
                throw new IllegalArgumentException("no completion is known for '" + shell + "'"
                        + Nearest.hint(shell, SHELLS) + "; known: " + String.join(", ", SHELLS));
        };
        world.out().print(script);
        return ExitCodes.OK;
    }
}
