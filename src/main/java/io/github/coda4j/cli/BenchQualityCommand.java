package io.github.coda4j.cli;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.eval.InfillScore;
import io.github.coda4j.eval.InfillSpan;
import io.github.coda4j.eval.InfillVariant;
import io.github.coda4j.eval.NGram;
import io.github.coda4j.eval.SpanInfilling;
import io.github.coda4j.eval.SpanSampler;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import io.github.coda4j.weights.Int8Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coda bench quality}. */
@Command(
        name = "quality",
        sortOptions = false,
        description = {
            "Let a model fill in held-out code and compare with what was there: whole lines, and spans of fixed length.",
            "",
            "Spans come from the held-out split of token shards (coda data tokenize --held-out). A 5-gram baseline learns from",
            "the other split of the same shards. Exact match and token accuracy are in percent.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda bench quality --model runs/mini/best --data shards",
            "  coda bench quality --model runs/mini/best --data shards --lengths 4,8,16,32 --sweep --json"
        })
final class BenchQualityCommand implements Callable<Integer> {
    private static final int LOSS_WINDOW = 16;
    private static final int BASELINE_ORDER = 5;
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
            description =
                    "Held-out rows for the losses of noise, completion and infilling; 0 to leave them out (default: ${DEFAULT-VALUE}).")
    int lossRows = 256;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Mixin
    LoadFlags load;

    BenchQualityCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        check(spans >= 1, "--spans must be at least 1, got %d", spans);
        check(lossRows >= 0, "--loss-rows must be 0 or more, got %d", lossRows);
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
        List<Result> results = new ArrayList<>();
        try (CheckpointFolder checkpoint = CheckpointFolder.open(folder);
                Transformer transformer = Transformer.open(checkpoint, into)) {
            kinds.forEach((kind, drawn) -> {
                report(results, new Result(kind, "5-gram", SpanInfilling.of(baseline, drawn)));
                for (InfillVariant variant : variants()) {
                    report(
                            results,
                            new Result(
                                    kind,
                                    variant.name(),
                                    SpanInfilling.of(transformer, drawn, variant.sides(), variant.options())));
                }
            });
        }
        if (json) {
            world.out().println(json(losses, results).toPrettyString());
        }
        return ExitCodes.OK;
    }

    private record Result(String kind, String method, InfillScore score) {}

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

    private void report(List<Result> results, Result result) {
        if (!json) {
            if (results.isEmpty()) {
                print(
                        "%-12s  %-28s  %6s  %7s  %7s  %10s  %9s%n",
                        "spans", "method", "spans", "exact", "tokens", "tok/forw.", "tok/s");
            }
            InfillScore score = result.score();
            print(
                    "%-12s  %-28s  %6d  %6.1f%%  %6.1f%%  %10s  %9.0f%n",
                    result.kind(),
                    result.method(),
                    score.spans(),
                    100 * score.exactMatch(),
                    100 * score.tokenAccuracy(),
                    score.forwards() == 0 ? "-" : String.format(Locale.ROOT, "%.2f", score.tokensPerForward()),
                    score.tokensPerSecond());
        }
        results.add(result);
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
                print(
                        "held-out cross entropy, nats per token: %.4f at random noise, %.4f completing %d tokens, %.4f infilling them%n",
                        losses.get("noise"), losses.get("completion"), LOSS_WINDOW, losses.get("infilling"));
            }
            return losses;
        }
    }

    private static ObjectNode json(Map<String, Double> losses, List<Result> results) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        ObjectNode crossEntropy = report.putObject("cross_entropy");
        losses.forEach(crossEntropy::put);
        ArrayNode array = report.putArray("spans");
        for (Result result : results) {
            InfillScore score = result.score();
            ObjectNode row = array.addObject();
            row.put("kind", result.kind());
            row.put("method", result.method());
            row.put("spans", score.spans());
            row.put("exact_match", score.exactMatch());
            row.put("token_accuracy", score.tokenAccuracy());
            row.put("forwards", score.forwards());
            row.put("tokens_per_forward", score.tokensPerForward());
            row.put("tokens_per_second", score.tokensPerSecond());
        }
        return report;
    }

    private void print(String format, Object... values) {
        world.out().printf(Locale.ROOT, format, values);
        world.out().flush();
    }
}
