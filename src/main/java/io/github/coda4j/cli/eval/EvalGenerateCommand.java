package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda eval generate}. */
@Command(
        name = "generate",
        sortOptions = false,
        description = {
            "Let a model answer the tasks of a set and write samples for eval score, one JSON object a line.",
            "",
            "A run that was killed goes on behind the answers that are there, and the file becomes the same.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval generate --task infill-single --limit 5 --out samples.jsonl",
            "  coda eval generate --task humaneval --prompt coda --preset report --model Salesforce/CoDA-v0-Instruct "
                    + "--out samples.jsonl"
        })
final class EvalGenerateCommand implements Callable<Integer> {
    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--task", required = true, paramLabel = "TASK", description = "The set, for example humaneval.")
    String task;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where samples are written.")
    Path out;

    @Option(names = "--samples", paramLabel = "N", description = "Answers to each task (default: ${DEFAULT-VALUE}).")
    int samples = 1;

    @Mixin
    AskFlags asking;

    @Mixin
    DataFlags data;

    EvalGenerateCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() throws InterruptedException {
        Benchmark benchmark = Benchmark.of(task);
        asking.verify(List.of(benchmark));
        check(samples >= 1, "--samples must be at least 1, got %d", samples);
        List<Point> points = Points.of(benchmark, asking, List.of(), List.of());
        check(points.size() == 1, "one file of samples is of one --length, got %s", String.join(",", asking.lengths));
        Benchmark.Loaded loaded = Points.load(benchmark, asking, data.folder(world));
        List<Problem> problems = Points.asked(loaded, asking);
        try (Asked asked = Asked.open(asking, world, new JudgeFlags());
                StatusLine status = StatusLine.of(world)) {
            asked.answer(points.getFirst(), problems, loaded.md5(), samples, out, interrupt, status);
        }
        return ExitCodes.OK;
    }
}
