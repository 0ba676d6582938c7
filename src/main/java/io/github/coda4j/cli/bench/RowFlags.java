package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.bench.RandomRows;
import io.github.coda4j.model.ModelConfig;
import picocli.CommandLine.Option;

/** Which random tokens are trained on. */
final class RowFlags {
    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Positions per row (default: ${DEFAULT-VALUE}).",
            defaultValue = "1024")
    int length;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows per step (default: ${DEFAULT-VALUE}).",
            defaultValue = "8")
    int rows;

    @Option(
            names = "--documents",
            paramLabel = "N",
            description = "Documents per row, which do not see each other (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    int documents;

    /** @throws IllegalArgumentException naming the option that does not go with the model */
    RandomRows rows(ModelConfig config) {
        check(rows >= 1, "--rows must be at least 1, got %d", rows);
        check(
                length >= 2 && length <= config.maxPositions(),
                "--length must be in [2, %d], the positions that the model knows, got %d",
                config.maxPositions(),
                length);
        check(documents >= 1 && documents <= length, "--documents must be in [1, %d], got %d", length, documents);
        return new RandomRows(rows, length, documents);
    }
}
