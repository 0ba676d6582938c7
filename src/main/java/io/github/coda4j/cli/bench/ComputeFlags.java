package io.github.coda4j.cli.bench;

import io.github.coda4j.cli.FormatNames;
import io.github.coda4j.model.WeightFormat;
import picocli.CommandLine.Option;

/** In which numbers and by how many workers a measured model computes. */
final class ComputeFlags {
    @Option(
            names = "--dtype",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "Numbers to compute in: ${COMPLETION-CANDIDATES} (default: bf16).")
    String dtype = "bf16";

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    /** @throws IllegalArgumentException when there is no such format */
    WeightFormat format() {
        return WeightFormat.parse(dtype);
    }
}
