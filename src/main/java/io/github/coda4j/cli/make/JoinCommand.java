package io.github.coda4j.cli.make;

import io.github.coda4j.Amounts;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.weights.FolderParts;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda join}. */
@Command(
        name = "join",
        sortOptions = false,
        description = {
            "Put a folder together again that coda split cut into parts, or scripts/gpu-train on a machine with a "
                    + "card.",
            "",
            "Size and SHA-256 of every part and of every file are checked; the folder appears whole or not at all.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda join parts --out models/from-the-card"})
public final class JoinCommand implements Callable<Integer> {
    private final World world;

    @Parameters(paramLabel = "DIR", description = "The folder with parts.json and the parts.")
    Path parts;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to make.")
    Path out;

    public JoinCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        FolderParts.Sum sum = FolderParts.join(parts, out);
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d files, %s, of %d parts, hashes are right%n",
                        out,
                        sum.files(),
                        Amounts.bytes(sum.bytes()),
                        sum.parts());
        return ExitCodes.OK;
    }
}
