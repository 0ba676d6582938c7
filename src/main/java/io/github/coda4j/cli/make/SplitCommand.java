package io.github.coda4j.cli.make;

import static io.github.coda4j.Checks.check;

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

/** {@code coda split}. */
@Command(
        name = "split",
        sortOptions = false,
        description = {
            "Cut the files of a model folder into parts, for a way that takes no large files. coda join puts them "
                    + "together again, hashes checked.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {"  coda split models/coda-mini --out parts"})
public final class SplitCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    private final World world;

    @Parameters(paramLabel = "DIR", description = "The folder, with files alone in it.")
    Path folder;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to make.")
    Path out;

    @Option(names = "--megabytes", paramLabel = "N", description = "The most that a part has (default: 15).")
    int megabytes = 15;

    public SplitCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(megabytes >= 1, "--megabytes must be at least 1, got %d", megabytes);
        FolderParts.Sum sum = FolderParts.split(folder, out, megabytes * MEGABYTE);
        world.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d files, %s, in %d parts%nNext: coda join %s --out MODEL%n",
                        out,
                        sum.files(),
                        Amounts.bytes(sum.bytes()),
                        sum.parts(),
                        out);
        return ExitCodes.OK;
    }
}
