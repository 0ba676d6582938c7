package io.github.coda4j.cli.bench;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.ModelFlag;
import io.github.coda4j.cli.OutFile;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.eval.InfillResult;
import io.github.coda4j.eval.InfillSpan;
import io.github.coda4j.eval.InfillVariant;
import io.github.coda4j.eval.NGram;
import io.github.coda4j.eval.SpanInfilling;
import io.github.coda4j.eval.SpanSampler;
import io.github.coda4j.eval.Syntax;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Precision;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.Int8Checkpoint;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
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
            "  coda bench quality --model runs/mini/best --data shards",
            "  coda bench quality --data data/coda-mini/code --lengths 4,8,16,32 --sweep --out docs/quality.md"
        })
final class BenchQualityCommand implements Callable<Integer> {
    private static final int LOSS_WINDOW = 16;
    private static final int BASELINE_ORDER = 5;
    private static final String PLOTTED = "16 tokens";
    private static final int BASELINE_SLOT_BITS = 24;

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

    @Option(names = "--sweep", description = "Also with fewer steps, with caches, and with confidence thresholds.")
    boolean sweep;

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

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE.md",
            description = "Also write a page with all tables, and a plot beside it.")
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
        check(lossRows >= 0, "--loss-rows must be 0 or more, got %d", lossRows);
        out.ifPresent(OutFile::check);
        check(baselineTokens >= 1, "--baseline-tokens must be at least 1, got %d", baselineTokens);
        Path folder = model.folder(world);
        LoadOptions into = load.options(folder, world, LoadFlags.Purpose.SPEED);
        BpeTokenizer tokenizer = BpeTokenizer.load(folder);
        Map<String, List<InfillSpan>> kinds;
        Map<String, Double> losses;
        NGram baseline;
        try (TokenShards heldOut = TokenShards.open(data, Split.HELD_OUT);
                TokenShards train = TokenShards.open(data, Split.TRAIN)) {
            heldOut.manifest().requireTokenizer(tokenizer, folder);
            kinds = kinds(documents(heldOut), tokenizer);
            baseline = baseline(train);
            losses = losses(folder, heldOut);
        }
        Syntax syntax = Syntax.ofJavaAndPython(ids -> tokenizer.decode(withoutEnd(ids, tokenizer)));
        Bench bench = new Bench(kinds, syntax);
        kinds.forEach((kind, drawn) ->
                bench.add(new InfillResult(kind, "5-gram", "5-gram", SpanInfilling.of(baseline, drawn, syntax))));
        bench.measure(folder, into, variants());
        if (sweep && into.precision() != Precision.INT8 && into.engine() == EngineKind.FAST) {
            LoadOptions int8 = new LoadOptions(into.engine(), Precision.INT8, into.device(), into.threads());
            bench.measure(folder, int8, List.of(InfillVariant.exactAs("both sides, int8")));
        }
        QualityReport report = new QualityReport(losses, bench.results());
        if (json) {
            world.out().println(report.json().toPrettyString());
        }
        out.ifPresent(file -> write(report, file, folder, into));
        return ExitCodes.OK;
    }

    /** Runs methods on all spans and prints what each reached. */
    private final class Bench {
        private final Map<String, List<InfillSpan>> kinds;
        private final Syntax syntax;
        private final List<InfillResult> results = new ArrayList<>();

        Bench(Map<String, List<InfillSpan>> kinds, Syntax syntax) {
            this.kinds = kinds;
            this.syntax = syntax;
            if (!json) {
                world.out().println(QualityReport.COLUMNS);
            }
        }

        void measure(Path folder, LoadOptions into, List<InfillVariant> variants) {
            try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                    Transformer transformer = Transformer.open(checkpoint, into)) {
                kinds.forEach((kind, drawn) -> variants.forEach(variant -> add(new InfillResult(
                        kind,
                        variant.name(),
                        variant.family(),
                        SpanInfilling.of(transformer, drawn, variant.sides(), variant.options(), syntax)))));
            }
        }

        void add(InfillResult result) {
            results.add(result);
            if (!json) {
                world.out().println(QualityReport.line(result));
                world.out().flush();
            }
        }

        List<InfillResult> results() {
            return List.copyOf(results);
        }
    }

    /** The page, and beside it the plot of spans of 16 tokens or else of the first kind. */
    private void write(QualityReport report, Path file, Path folder, LoadOptions into) {
        Path plot = plotFile(file);
        List<String> kinds =
                report.results().stream().map(InfillResult::kind).distinct().toList();
        String kind = kinds.contains(PLOTTED) ? PLOTTED : kinds.getFirst();
        List<InfillResult> plotted = report.results().stream()
                .filter(result -> result.kind().equals(kind))
                .toList();
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        List<String> about = new ArrayList<>();
        about.add(String.format(
                Locale.ROOT,
                "%s, %s, %d threads, %s; %s",
                into.precision(),
                into.device(),
                into.threads(),
                System.getProperty("os.arch"),
                LocalDate.now(ZoneOffset.UTC)));
        about.add(String.format(
                Locale.ROOT,
                "at most %d spans of a kind, not more than one of a document and round, each with %d tokens around it",
                spans,
                context));
        about.add("the 5-gram baseline sees the left side, and has learned from the training split of the same data");
        if (!report.losses().isEmpty()) {
            about.add(report.lossLine(LOSS_WINDOW));
        }
        AtomicFiles.writeText(
                file,
                report.markdown(name, commandLine(), about, plot.getFileName().toString()));
        AtomicFiles.write(plot, QualityPlot.png(name, kind, plotted));
        world.note("wrote " + file + " and " + plot);
    }

    /** Documents of shards end with the end token; one inside stays and makes the text no file of any language. */
    private static int[] withoutEnd(int[] ids, BpeTokenizer tokenizer) {
        boolean ends = ids.length > 0
                && ids[ids.length - 1] == tokenizer.specialTokens().requireEos();
        return ends ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    private static Path plotFile(Path file) {
        return file.resolveSibling(file.getFileName().toString().replaceFirst("\\.md$", "") + ".png");
    }

    /** As typed. */
    private String commandLine() {
        return "coda " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private List<InfillVariant> variants() {
        List<InfillVariant> variants = new ArrayList<>(InfillVariant.exact());
        if (sweep) {
            variants.addAll(InfillVariant.faster());
        }
        return variants;
    }

    private Map<String, List<InfillSpan>> kinds(List<int[]> documents, BpeTokenizer tokenizer) {
        SpanSampler sampler = new SpanSampler(context, seed);
        Map<String, List<InfillSpan>> kinds = new LinkedHashMap<>();
        if (!lines.equals("none")) {
            int[] range = range(lines);
            IntPredicate endsLine = id -> holdsLineEnd(tokenizer.tokenBytes(id));
            kinds.put("lines " + lines, sampler.lines(documents, endsLine, range[0], range[1], spans));
        }
        for (int length : lengths) {
            kinds.put(length + " tokens", sampler.ofLength(documents, length, spans));
        }
        check(!kinds.isEmpty(), "nothing to fill in: give --lines or --lengths");
        kinds.forEach((kind, drawn) ->
                check(!drawn.isEmpty(), "the held-out documents in %s have no span of the kind \"%s\"", data, kind));
        return kinds;
    }

    private static int[] range(String text) {
        String[] ends = text.split("-", -1);
        try {
            if (ends.length == 2) {
                return new int[] {Integer.parseInt(ends[0].strip()), Integer.parseInt(ends[1].strip())};
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--lines must be MIN-MAX or none, got '" + text + "'", e);
        }
        throw new IllegalArgumentException("--lines must be MIN-MAX or none, got '" + text + "'");
    }

    private static boolean holdsLineEnd(byte[] token) {
        for (byte b : token) {
            if (b == '\n') {
                return true;
            }
        }
        return false;
    }

    private static List<int[]> documents(TokenShards shards) {
        List<int[]> documents = new ArrayList<>();
        for (long i = 0; i < shards.numDocuments(); i++) {
            documents.add(shards.document(i));
        }
        return documents;
    }

    private NGram baseline(TokenShards train) {
        long tokens = Math.min(baselineTokens, train.numTokens());
        int slotBits = Math.clamp(Long.SIZE - Long.numberOfLeadingZeros(tokens), 10, BASELINE_SLOT_BITS);
        NGram baseline = new NGram(BASELINE_ORDER, slotBits);
        long learned = 0;
        for (long i = 0; i < train.numDocuments() && learned < baselineTokens; i++) {
            int[] document = train.document(i);
            baseline.learn(document);
            learned += document.length;
        }
        world.note(String.format(Locale.ROOT, "the 5-gram baseline learned from %,d tokens", learned));
        return baseline;
    }

    /** None for int8: the losses are computed as in training. */
    private Map<String, Double> losses(Path folder, TokenShards heldOut) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder)) {
            if (lossRows == 0 || Int8Checkpoint.isQuantized(checkpoint.config())) {
                return Map.of();
            }
            Map<String, Double> losses =
                    new HeldOutLosses(heldOut, context, lossRows, LOSS_WINDOW, seed).of(checkpoint);
            if (!json) {
                world.out().println(new QualityReport(losses, List.of()).lossLine(LOSS_WINDOW));
            }
            return losses;
        }
    }
}
