package io.github.coda4j.cli.inspect;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a model is given to be compared with another implementation: ids, or a file of cases; one of them. */
final class IdsOrCases {
    @Option(
            names = "--ids",
            required = true,
            paramLabel = "IDS|FILE.json",
            description = "The ids: 1,2,3, or a JSON file with a list or an object that has one as \"ids\" or"
                    + " \"prompt\".")
    Optional<String> ids = Optional.empty();

    @Option(
            names = CaseFile.FLAG,
            required = true,
            paramLabel = "FILE.json",
            description = "Instead, cases that the file describes; what is written for them stands above.")
    Optional<Path> cases = Optional.empty();

    /** The ids where no cases are given. */
    int[] ids(int vocabSize) {
        return IdsArgument.parse(ids.orElseThrow(), vocabSize);
    }
}
