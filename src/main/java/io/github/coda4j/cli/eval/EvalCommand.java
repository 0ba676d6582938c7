package io.github.coda4j.cli.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.DataSet;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.generate.request.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code coda eval}: a model's answers to published tasks, judged, and the commands that do a part of it. */
@Command(
        name = "eval",
        sortOptions = false,
        subcommandsRepeatable = false,
        description = {
            "Let a model answer published sets of tasks and judge the answers as the field's own harnesses do.",
            "",
            "The answers' programs run in a sandbox. DIR gets summary.json, index.html with plots and every answer, "
                    + "and a folder for each measurement with samples.jsonl and, for each way of judging, "
                    + "results.jsonl and summary.json. A run that was killed goes on where it was.",
            "",
            "TASK is a set, all sets of a kind (infill, santacoder, safim, multipl-e-java), suite for all whose data "
                    + "is there, or quality for the report that coda bench quality makes.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda eval humaneval --limit 5",
            "  coda eval humaneval mbpp --preset report --model Salesforce/CoDA-v0-Instruct --out report",
            "  coda eval infill-single --length oracle,auto --baselines left-only",
            "  coda eval humaneval --base-url http://127.0.0.1:8000/v1 --prompt evalplus",
            "  coda eval score --help"
        })
public final class EvalCommand implements Callable<Integer> {
    private static final String SUITE = "suite";
    private static final String QUALITY = "quality";
    private static final List<String> KINDS = List.of("infill", "santacoder", "safim", "multipl-e-java");

    private final World world;
    private final Interrupt interrupt;

    @Parameters(arity = "0..*", paramLabel = "TASK", description = "What is evaluated.")
    List<String> tasks = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where everything is written (default: ${DEFAULT-VALUE}).")
    Path out = Path.of("evaluation");

    @Option(names = "--samples", paramLabel = "N", description = "Answers to each task (default: ${DEFAULT-VALUE}).")
    int samples = 1;

    @Option(
            names = "--sweep",
            paramLabel = "steps=N,N...",
            description = "Measure with each of these numbers of steps.")
    Optional<String> sweep = Optional.empty();

    @Option(
            names = "--baselines",
            paramLabel = "NAME",
            split = ",",
            description = "Infilling sets, where the length is known: also left-only, the model without what stands "
                    + "behind the hole, and 5-gram, which needs --shards.")
    List<String> baselines = List.of();

    @Option(
            names = "--shards",
            paramLabel = "DIR",
            description = "Token shards of the model's tokenizer: the 5-gram learns from their training split, quality "
                    + "fills spans of the held-out one.")
    Optional<Path> shards = Optional.empty();

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            split = ",",
            description =
                    "Only these ways of judging (default: all of a set but evalplus-mini; evalplus counts MBPP+ as "
                            + "coda does too).")
    List<String> modes = List.of();

    @Mixin
    AskFlags asking;

    @Mixin
    JudgeFlags judging;

    @Mixin
    DataFlags data;

    @Spec
    CommandSpec spec;

    EvalCommand(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (tasks.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no TASK and no command given: a set such as humaneval, or "
                            + String.join(", ", spec.subcommands().keySet()));
        }
        check(samples >= 1, "--samples must be at least 1, got %d", samples);
        DataFolder folder = data.folder(world);
        List<Benchmark> benchmarks = benchmarks(folder);
        boolean quality = tasks.contains(QUALITY) || tasks.contains(SUITE) && shards.isPresent();
        if (benchmarks.isEmpty() && !quality) {
            throw CodaException.of(
                    "there is no set's file in %s: put one there, or name its folder with --data", folder.folder());
        }
        verify(benchmarks, quality);
        List<Point> points = new ArrayList<>();
        benchmarks.forEach(one -> points.addAll(Points.of(one, asking, who(), steps())));
        EvalRun run =
                new EvalRun(world, interrupt, asking, judging, folder, out, this::modes, commandLine(), version());
        run.all(points, samples, shards, quality);
        return ExitCodes.OK;
    }

    private void verify(List<Benchmark> benchmarks, boolean quality) {
        asking.verify(benchmarks);
        List<JudgeFlags.Way> ways = benchmarks.stream()
                .flatMap(one -> modes(one).stream().map(mode -> new JudgeFlags.Way(one, mode)))
                .toList();
        judging.verify(ways);
        judging.tellSandbox(world, ways);
        boolean fills = benchmarks.stream().anyMatch(Benchmark::isInfilling);
        check(baselines.isEmpty() || fills, "--baselines are for infilling: leave them out");
        List<Point.Who> who = who();
        boolean ngram = who.contains(Point.Who.NGRAM);
        check(!ngram || shards.isPresent(), "the 5-gram learns from token shards: add --shards DIR");
        check(!quality || shards.isPresent(), "quality fills held-out spans of token shards: add --shards DIR");
        check(ngram || quality || shards.isEmpty(), "--shards has no effect here: leave it out");
        check(
                asking.baseUrl.isEmpty() || !quality,
                "quality needs a model in this process: leave --base-url or quality out");
        check(!benchmarks.isEmpty() || sweep.isEmpty(), "--sweep has no effect on quality: leave it out");
        check(
                sweep.isEmpty() || asking.given().find(Parameter.STEPS).isEmpty(),
                "--sweep and --steps exclude each other: leave one of them out");
        steps();
    }

    /** The sets that are named; of a suite those whose data is there, and the others are told. */
    private List<Benchmark> benchmarks(DataFolder folder) {
        List<Benchmark> benchmarks = new ArrayList<>();
        for (String task : tasks) {
            if (task.equals(SUITE)) {
                Stream.of(Benchmark.values())
                        .filter(one -> isThere(one, folder))
                        .forEach(benchmarks::add);
            } else if (KINDS.contains(task)) {
                Stream.of(Benchmark.values())
                        .filter(one -> one.label().startsWith(task + "-"))
                        .forEach(benchmarks::add);
            } else if (!task.equals(QUALITY)) {
                benchmarks.add(benchmark(task));
            }
        }
        return benchmarks.stream().distinct().toList();
    }

    private Benchmark benchmark(String task) {
        List<String> others = new ArrayList<>(List.of(SUITE, QUALITY));
        others.addAll(KINDS);
        others.addAll(spec.subcommands().keySet());
        try {
            return Benchmark.of(task);
        } catch (IllegalArgumentException e) {
            String hint = Nearest.hint(task, others);
            throw hint.isEmpty()
                    ? e
                    : new IllegalArgumentException("there is no task and no command '" + task + "'" + hint, e);
        }
    }

    private boolean isThere(Benchmark benchmark, DataFolder folder) {
        List<DataSet> missing = Stream.concat(
                        Stream.of(benchmark.set(Points.shown(benchmark, asking))),
                        modes(benchmark).stream().map(benchmark::set))
                .distinct()
                .filter(set -> folder.find(set).isEmpty())
                .toList();
        missing.forEach(set -> world.note(benchmark.label() + " is left out: there is no " + set.file()
                + ".jsonl.gz in " + folder.folder() + "; its publisher has it at " + set.publisher()));
        return missing.isEmpty();
    }

    private List<Mode> modes(Benchmark benchmark) {
        if (!modes.isEmpty()) {
            List<Mode> named = modes.stream().map(benchmark::mode).distinct().toList();
            check(
                    !named.contains(Mode.EVALPLUS) || !named.contains(Mode.CODA),
                    "the mode evalplus counts %s as coda does too: leave coda out",
                    benchmark.label());
            return named;
        }
        return benchmark.modes().stream()
                .filter(mode -> mode != Mode.EVALPLUS_MINI)
                // EvalPlus's way counts it too.
                .filter(mode -> mode != Mode.CODA || !benchmark.modes().contains(Mode.EVALPLUS))
                .toList();
    }

    private List<Point.Who> who() {
        return baselines.stream()
                .map(name -> Stream.of(Point.Who.LEFT_ONLY, Point.Who.NGRAM)
                        .filter(who -> who.label().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "--baselines must be left-only and 5-gram, got '" + name + "'")))
                .distinct()
                .toList();
    }

    private List<Integer> steps() {
        if (sweep.isEmpty()) {
            return List.of();
        }
        String[] parts = sweep.get().split("=", 2);
        check(
                parts.length == 2 && parts[0].equals("steps") && parts[1].matches("[1-9]\\d{0,8}(,[1-9]\\d{0,8})*"),
                "--sweep must be like steps=32,64,128, got '%s'",
                sweep.get());
        return Stream.of(parts[1].split(",")).map(Integer::valueOf).distinct().toList();
    }

    /** As typed. */
    private String commandLine() {
        List<String> words = spec.commandLine().getParseResult() == null
                ? List.of()
                : spec.root().commandLine().getParseResult().originalArgs();
        return "coda " + String.join(" ", words);
    }

    private String version() {
        try {
            return spec.root().versionProvider() == null
                    ? String.join(" ", spec.root().version())
                    : String.join(" ", spec.root().versionProvider().getVersion());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The command with those below it. */
    public static CommandLine tree(World world, Interrupt interrupt) {
        return new CommandLine(new EvalCommand(world, interrupt))
                .addSubcommand(new EvalPromptsCommand(world))
                .addSubcommand(new EvalGenerateCommand(world, interrupt))
                .addSubcommand(new EvalScoreCommand(world, interrupt))
                .addSubcommand(new EvalCompareCommand(world))
                .addSubcommand(new EvalRequestsCommand(world, interrupt));
    }
}
