package io.github.coda4j.cli.help;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code coda man}. */
@Command(
        name = "man",
        sortOptions = false,
        description = {
            "Print the manual page of a command, or write those of all commands.",
            "",
            "Pages in ~/.local/share/man/man1 are found by man.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coda man infill | man -l -", "  coda man --out ~/.local/share/man/man1"})
public final class ManCommand implements Callable<Integer> {
    private final World world;

    @Spec
    CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "The command's name, and that of one below it; none for the page of coda itself.")
    List<String> path = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write the pages of all commands into this folder, which is made when needed.")
    Optional<Path> out = Optional.empty();

    public ManCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(out.isEmpty() || path.isEmpty(), "--out writes the pages of all commands: leave it or the command out");
        CommandLine root = spec.root().commandLine();
        String version = root.getCommandSpec().version()[0];
        if (out.isEmpty()) {
            world.out().print(ManPage.of(CommandPath.find(root, path), version));
            return ExitCodes.OK;
        }
        Path folder = out.get();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileProblems.cannot("make", folder, e);
        }
        List<CommandLine> all = CommandPath.all(root);
        for (CommandLine command : all) {
            AtomicFiles.writeText(folder.resolve(ManPage.name(command) + ".1"), ManPage.of(command, version));
        }
        world.out().println(all.size() + " pages in " + folder);
        return ExitCodes.OK;
    }
}
