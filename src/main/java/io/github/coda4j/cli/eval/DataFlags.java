package io.github.coda4j.cli.eval;

import io.github.coda4j.cli.World;
import io.github.coda4j.eval.tasks.DataFolder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the sets of tasks lie. */
final class DataFlags {
    private static final String VARIABLE = "CODA_DATASETS";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder with the files of the sets, such as HumanEval.jsonl.gz (default: the variable "
                    + "CODA_DATASETS, else datasets in the cache folder). HUMANEVAL_OVERRIDE_PATH and "
                    + "MBPP_OVERRIDE_PATH stand for the sets of EvalPlus.")
    Optional<Path> data = Optional.empty();

    @Option(
            names = "--any-data-version",
            description = "Take files of other versions than the known ones; their scores do not compare.")
    boolean anyVersion;

    DataFolder folder(World world) {
        Path folder = data.or(() -> world.variable(VARIABLE).map(Path::of))
                .orElseGet(() -> world.folders().cache().resolve("datasets"));
        return DataFolder.of(folder, world.environment(), anyVersion);
    }
}
