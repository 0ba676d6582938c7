package io.github.coda4j.cli.data;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.CorpusEngine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Who does the work: this process, or a cluster. */
final class EngineFlags {
    private static final String LOCAL = "local";
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9]+:/");

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    @Option(
            names = "--engine",
            paramLabel = "NAME[=MASTER]",
            description =
                    "local: this process; spark: Apache Spark, the same result at any size, on local[N], local[*] "
                            + "(the default) or spark://HOST:PORT, or where spark-submit runs it; its cores count, not "
                            + "--threads (default: local).")
    String engine = LOCAL;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description =
                    "With spark: cut the corpus into so many parts at most (default: of 32 MB; of less where that "
                            + "would be fewer than 8 for each core).")
    Optional<Integer> partitions = Optional.empty();

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            description = "With spark: a setting of its own; may be given several times.")
    Map<String, String> settings = new LinkedHashMap<>();

    /** Whether this process does the work; refuses flags that have no effect then. */
    boolean isLocal() {
        if (!engine.equals(LOCAL)) {
            return false;
        }
        check(partitions.isEmpty(), "--partitions has no effect without --engine spark: leave it out");
        check(settings.isEmpty(), "--conf has no effect without --engine spark: leave it out");
        return true;
    }

    /** Refuses the flag that has no effect on a cluster, names that are none, and an output that is no folder. */
    void checkCluster(Path out) {
        ParseResult given = command.commandLine().getParseResult();
        check(name().equals("spark"), "--engine must be local or spark, got '%s'", engine);
        check(
                !given.hasMatchedOption("--threads"),
                "--threads has no effect with --engine spark: leave it out; spark=local[N] works on N threads");
        check(
                !SCHEME.matcher(out.toString()).lookingAt(),
                "--out must be a folder on a file system that all executors share, got '%s': training maps it into "
                        + "memory; copy it there when it is done",
                out);
    }

    CorpusEngine cluster() {
        return CorpusEngine.named(name());
    }

    private String name() {
        return engine.contains("=") ? engine.substring(0, engine.indexOf('=')) : engine;
    }

    CorpusEngine.Work work(CorpusFlags corpus, double heldOut) {
        Optional<String> master =
                engine.contains("=") ? Optional.of(engine.substring(engine.indexOf('=') + 1)) : Optional.empty();
        OptionalInt parts = partitions.map(OptionalInt::of).orElse(OptionalInt.empty());
        return new CorpusEngine.Work(corpus.options(), heldOut, master, parts, settings);
    }
}
