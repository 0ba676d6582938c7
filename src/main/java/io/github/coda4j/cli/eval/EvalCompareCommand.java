package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.score.Comparison;
import io.github.coda4j.files.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code coda eval compare}. */
@Command(
        name = "compare",
        sortOptions = false,
        description =
                "Compare two results on the same tasks: the difference of pass@1 with a paired bootstrap interval, "
                        + "and the tasks that flipped.",
        footerHeading = "%nExamples:%n",
        footer = {"  coda eval compare scores-a scores-b"})
final class EvalCompareCommand implements Callable<Integer> {
    private final World world;

    @Parameters(index = "0", paramLabel = "A", description = "Results, or the folder that eval score wrote.")
    Path first;

    @Parameters(index = "1", paramLabel = "B", description = "The same; differences are B less A.")
    Path second;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    EvalCompareCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Comparison comparison = Comparison.of(first, second);
        if (json) {
            world.out().print(Json.pretty(comparison.json()));
        } else {
            comparison.lines().forEach(world.out()::println);
        }
        return ExitCodes.OK;
    }
}
