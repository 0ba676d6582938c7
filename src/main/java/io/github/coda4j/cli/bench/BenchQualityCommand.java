package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.FormatNames;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.Progress;
import io.github.coda4j.cli.World;
import io.github.coda4j.eval.InfillResult;
import io.github.coda4j.eval.LengthReport;
import io.github.coda4j.eval.LengthResult;
import io.github.coda4j.eval.QualityBench;
import io.github.coda4j.eval.QualityListener;
import io.github.coda4j.eval.QualityPage;
import io.github.coda4j.eval.QualityPlan;
import io.github.coda4j.eval.QualityReport;
import io.github.coda4j.eval.SamplerListener;
import io.github.coda4j.eval.SamplerPage;
import io.github.coda4j.eval.SamplerRow;
import io.github.coda4j.eval.SamplerSweep;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda bench quality}. */
@Command(
        name = "quality",
        sortOptions = false,
        description = {
            "Let a model fill in held-out code and compare with what was there: whole lines, and spans of "
                    + "fixed length.",
            "",
            "Spans come from the held-out split of token shards (coda data tokenize --held-out). A 5-gram "
                    + "baseline learns from",
            "the other split of the same shards. Exact match and token accuracy are in percent.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench quality --data data/code",
            "  coda bench quality --data data/coda-mini/code --lengths 16 --sweep samplers --spans 300 "
                    + "--out docs/samplers.md",
            "  coda bench quality --data data/coda-mini/code --lengths 4,8,16,32 --sweep --out docs/quality.md",
            "  coda bench quality --data data/coda-mini/code --lines none --loss-rows 0 --unknown-length 20 "
                    + "--out docs/quality.md"
        })
final class BenchQualityCommand implements Callable<Integer> {
    private static final String METHODS = "methods";
    private static final String SAMPLERS = "samplers";

    private final World world;

    @Mixin
    ModelFlag model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Token shards with a held-out split, made with the model's tokenizer.")
    Path data;

    @Option(names = "--spans", paramLabel = "N", description = "Spans per kind (default: ${DEFAULT-VALUE}).")
    int spans = 200;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens of the document around a span (default: ${DEFAULT-VALUE}).")
    int context = 256;

    @Option(
            names = "--lines",
            paramLabel = "MIN-MAX",
            description = "Whole lines of so many tokens; none to leave them out (default: ${DEFAULT-VALUE}).")
    String lines = "8-16";

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "N",
            description = "Lengths of spans anywhere in a document, for example 4,8,16,32 (default: none).")
    List<Integer> lengths = List.of();

    @Option(
            names = "--sweep",
            arity = "0..1",
            fallbackValue = METHODS,
            paramLabel = "WHAT",
            description = {
                "methods (without a word): also with fewer steps, with caches, and with confidence thresholds.",
                "samplers: instead, every rule of commitment at several settings with every cache, and caches refreshed"
                        + " in one way after another: curves of accuracy against tokens per forward. Rows go to a file"
                        + " beside --out as they are measured; the same command goes on where it was killed."
            })
    Optional<String> sweep = Optional.empty();

    @Option(
            names = "--limit-rules",
            split = ",",
            paramLabel = "NAME",
            description = "With --sweep samplers, only these rules, or refresh for the ways to refresh caches.")
    List<String> rules = List.of();

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description =
                    "With --sweep samplers, begin no point after N minutes and write the page with those that there"
                            + " are; the same command goes on (default: until all are measured).")
    Optional<Integer> minutes = Optional.empty();

    @Option(
            names = "--formats",
            split = ",",
            paramLabel = "KIND",
            completionCandidates = FormatNames.class,
            description = "With --sweep samplers, numbers to compute in, one after another, of ${COMPLETION-CANDIDATES}"
                    + " (default: that of --dtype).")
    List<String> formats = List.of();

    @Option(
            names = "--baseline-tokens",
            paramLabel = "N",
            description = "Tokens that the baseline learns from at most (default: ${DEFAULT-VALUE}).")
    long baselineTokens = 50_000_000;

    @Option(names = "--seed", paramLabel = "N", description = "Which spans are drawn (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Option(
            names = "--loss-rows",
            paramLabel = "N",
            description = "Held-out rows for the losses of noise, completion and infilling; 0 to leave them out "
                    + "(default: ${DEFAULT-VALUE}).")
    int lossRows = 256;

    @Option(
            names = "--unknown-length",
            paramLabel = "N",
            description = "Also fill N holes of each kind (tokens, values of getters and setters, expressions, lines, "
                    + "blocks, bodies of methods) whose length is not told (default: none).")
    int unknownHoles;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE.md",
            description = "Also write a page with all tables, and plots beside it. With --lines none and no --lengths "
                    + "the page keeps what it has, but for its section about holes of unknown length.")
    Optional<Path> out = Optional.empty();

    @Mixin
    LoadFlags load;

    @Spec
    CommandSpec spec;

    BenchQualityCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(spans >= 1, "--spans must be at least 1, got %d", spans);
        check(unknownHoles >= 0, "--unknown-length must be 0 or more, got %d", unknownHoles);
        check(lossRows >= 0, "--loss-rows must be 0 or more, got %d", lossRows);
        out.ifPresent(OutFile::check);
        check(baselineTokens >= 1, "--baseline-tokens must be at least 1, got %d", baselineTokens);
        check(
                !lines.equals("none") || !lengths.isEmpty() || unknownHoles > 0,
                "nothing to fill in: give --lines, --lengths or --unknown-length");
        QualityPlan plan = new QualityPlan(
                spans, context, lines(lines), lengths, sweep.isPresent(), baselineTokens, lossRows, unknownHoles, seed);
        sweep.ifPresent(what ->
                check(what.equals(METHODS) || what.equals(SAMPLERS), "--sweep is methods or samplers, got '%s'", what));
        boolean samplers = sweep.equals(Optional.of(SAMPLERS));
        check(
                samplers || (rules.isEmpty() && formats.isEmpty() && minutes.isEmpty()),
                "--limit-rules, --formats and --minutes are for --sweep samplers: add it, or leave them out");
        check(minutes.orElse(1) >= 1, "--minutes must be at least 1, got %d", minutes.orElse(1));
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.SPEED);
        if (samplers) {
            sweep(folder, into, plan);
            return ExitCodes.OK;
        }
        Console console = new Console();
        QualityReport report;
        try {
            report = QualityBench.measure(folder, into, data, plan, console);
        } finally {
            console.endProgress();
        }
        if (json) {
            world.out().println(report.json().toPrettyString());
        }
        out.ifPresent(file -> write(report, file, folder, into, plan));
        return ExitCodes.OK;
    }

    private void sweep(Path folder, LoadOptions into, QualityPlan plan) {
        check(
                !json && unknownHoles == 0,
                "--json and --unknown-length do not go with --sweep samplers: leave them out");
        check(
                !lines.equals("none") || !lengths.isEmpty(),
                "nothing to fill in: --sweep samplers needs --lines or --lengths");
        Path page = out.orElseThrow(
                () -> new IllegalArgumentException("--sweep samplers writes a page and its rows: add --out FILE.md"));
        String base = page.getFileName().toString().replaceFirst("\\.md$", "");
        List<WeightFormat> numbers = formats.isEmpty()
                ? List.of(into.format())
                : formats.stream().map(WeightFormat::parse).toList();
        Curves curves = new Curves();
        List<SamplerRow> rows = SamplerSweep.measure(
                folder,
                into,
                data,
                plan,
                numbers,
                rules,
                page.resolveSibling(base + ".rows.jsonl"),
                minutes.stream().mapToInt(Integer::intValue).findFirst(),
                curves);
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        String machine = String.format(
                Locale.ROOT,
                "%s, %d threads, %s; at most %d spans of a kind, each with %d tokens around it, seed %d%s",
                into.device(),
                into.threads(),
                System.getProperty("os.arch"),
                plan.spans(),
                plan.context(),
                plan.seed(),
                curves.left == 0 ? "" : "; " + curves.left + " of " + curves.all + " points are not measured yet");
        Path plot = new SamplerPage(name, commandLine(), machine, LocalDate.now(ZoneOffset.UTC)).write(rows, page);
        world.note("wrote " + page + ", " + plot);
    }

    /** Prints each point of the curves, and what is left. */
    private final class Curves implements SamplerListener {
        private int left;
        private int all;

        @Override
        public void measured(SamplerRow row) {
            world.out().println(SamplerSweep.line(row));
            world.out().flush();
        }

        @Override
        public void remains(int points, int of, OptionalLong seconds) {
            left = points;
            all = of;
            String time = seconds.isEmpty() ? "" : ", about " + Math.ceilDiv(seconds.getAsLong(), 60) + " min";
            world.note(String.format(Locale.ROOT, "%d of %d points to measure%s", points, of, time));
        }
    }

    /** Prints what each method reached as soon as it is known, and how far the work is meanwhile. */
    private final class Console implements QualityListener {
        private Optional<Work> current = Optional.empty();
        private Optional<Progress> progress = Optional.empty();
        private boolean any;
        private boolean anyLength;

        @Override
        public void working(Work work, long done, long all) {
            if (current.filter(work::equals).isEmpty()) {
                endProgress();
                current = Optional.of(work);
                progress = Optional.of(
                        switch (work) {
                            case BASELINE -> Progress.of(world, "baseline", "tokens");
                            case LOSSES -> Progress.of(world, "losses", "rows");
                            case INFILLING -> Progress.of(world, "infilling", "spans");
                        });
            }
            progress.ifPresent(shown -> shown.to(done, all, "held-out data"));
        }

        void endProgress() {
            progress.ifPresent(Progress::close);
        }

        /** Results may go to the terminal that shows the progress. */
        private void print(String line) {
            Runnable printing = () -> {
                world.out().println(line);
                world.out().flush();
            };
            progress.ifPresentOrElse(shown -> shown.aside(printing), printing);
        }

        @Override
        public void baseline(int order, long tokens) {
            endProgress();
            world.note(String.format(Locale.ROOT, "the %d-gram baseline learned from %,d tokens", order, tokens));
        }

        @Override
        public void losses(Map<String, Double> losses) {
            if (!json) {
                print(new QualityReport(losses, List.of()).lossLine());
            }
        }

        @Override
        public void unknown(LengthResult result) {
            if (!json) {
                if (!anyLength) {
                    print(LengthReport.headline());
                    anyLength = true;
                }
                print(LengthReport.line(result));
            }
        }

        @Override
        public void result(InfillResult result) {
            if (json) {
                return;
            }
            if (!any) {
                print(QualityReport.headline());
                any = true;
            }
            print(QualityReport.line(result));
        }
    }

    private void write(QualityReport report, Path file, Path folder, LoadOptions into, QualityPlan plan) {
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        QualityPage page = new QualityPage(name, commandLine(), into, plan, LocalDate.now(ZoneOffset.UTC));
        List<Path> plots = page.write(report, file);
        world.note(Stream.concat(Stream.of(file), plots.stream())
                .map(Path::toString)
                .collect(Collectors.joining(", ", "wrote ", "")));
    }

    /** As typed. */
    private String commandLine() {
        return "coda " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private static Optional<QualityPlan.Lines> lines(String text) {
        if (text.equals("none")) {
            return Optional.empty();
        }
        String[] ends = text.split("-", -1);
        try {
            if (ends.length == 2) {
                return Optional.of(
                        new QualityPlan.Lines(Integer.parseInt(ends[0].strip()), Integer.parseInt(ends[1].strip())));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--lines must be MIN-MAX or none, got '" + text + "'", e);
        }
        throw new IllegalArgumentException("--lines must be MIN-MAX or none, got '" + text + "'");
    }
}
