package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.CodaModel;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.length.LengthCalibration;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.QuantizedCheckpoint;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;

/**
 * Lets a model fill in held-out code and compares with what was there, beside a 5-gram that learned from the training
 * split of the same shards.
 */
public final class QualityBench {
    /** Tokens that are masked together for the losses of completion and infilling. */
    public static final int LOSS_WINDOW = 16;

    private static final int BASELINE_ORDER = 5;
    private static final int BASELINE_SLOT_BITS = 24;
    private static final String BASELINE = BASELINE_ORDER + "-gram";

    private final Path model;
    private final Path shards;
    private final QualityPlan plan;
    private final QualityListener listener;
    private final List<InfillResult> results = new ArrayList<>();
    private OptionalInt holePad = OptionalInt.empty();
    private long toFill;
    private long filled;

    private QualityBench(Path model, Path shards, QualityPlan plan, QualityListener listener) {
        this.model = model;
        this.shards = shards;
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Measures a model.
     *
     * @param model its folder
     * @param into how it is put into memory
     * @param shards folder of token shards with a held-out split, made with the model's tokenizer
     * @throws IllegalArgumentException when the held-out documents have no span of a kind
     * @throws io.github.coda4j.CodaException when a folder cannot be used, or the shards are of another tokenizer
     */
    public static QualityReport measure(
            Path model, LoadOptions into, Path shards, QualityPlan plan, QualityListener listener) {
        return new QualityBench(model, shards, plan, listener).measure(into);
    }

    private QualityReport measure(LoadOptions into) {
        BpeTokenizer tokenizer = BpeTokenizer.load(model);
        holePad = tokenizer.holePad();
        Map<String, List<InfillSpan>> kinds;
        Map<String, List<HoleCase>> holes;
        Map<String, Double> losses;
        Optional<NGram> baseline;
        try (TokenShards heldOut = TokenShards.open(shards, Split.HELD_OUT);
                TokenShards train = TokenShards.open(shards, Split.TRAIN)) {
            heldOut.manifest().requireTokenizer(tokenizer, model);
            List<int[]> files = documents(heldOut);
            kinds = kinds(plan, shards, files, tokenizer);
            holes = plan.unknownHoles() == 0
                    ? Map.of()
                    : new HoleSampler(tokenizer, plan.seed())
                            .of(
                                    files.stream()
                                            .map(ids -> withoutEnd(ids, tokenizer))
                                            .toList(),
                                    plan.unknownHoles());
            baseline = kinds.isEmpty() ? Optional.empty() : Optional.of(baseline(train));
            losses = losses(heldOut);
        }
        List<WeightFormat> narrower = plan.sweep() && into.format().isFloating() && into.engine() == EngineKind.FAST
                ? WeightFormat.ALL.stream()
                        .filter(format -> !format.isFloating())
                        .toList()
                : List.of();
        long methods = 1 + variants().size() + narrower.size();
        toFill = methods * kinds.values().stream().mapToLong(List::size).sum();
        Syntax syntax = Syntax.ofJavaAndPython(ids -> tokenizer.decode(withoutEnd(ids, tokenizer)));
        baseline.ifPresent(learned -> kinds.forEach((kind, drawn) -> add(
                new InfillResult(kind, BASELINE, BASELINE, SpanInfilling.of(learned, drawn, syntax, this::filled)))));
        if (!kinds.isEmpty()) {
            measure(kinds, syntax, into, variants());
        }
        for (WeightFormat format : narrower) {
            LoadOptions loaded = new LoadOptions(into.engine(), format, into.device(), into.threads());
            measure(kinds, syntax, loaded, List.of(InfillVariant.exactAs("both sides, " + format)));
        }
        return new QualityReport(losses, results, unknown(holes, into));
    }

    private LengthReport unknown(Map<String, List<HoleCase>> holes, LoadOptions into) {
        if (holes.isEmpty()) {
            return LengthReport.NONE;
        }
        try (CodaModel opened = CodaModel.open(model, into, EngineOptions.DEFAULT);
                CheckpointFolder checkpoint = CheckpointFolder.open(model)) {
            return new LengthReport(
                    new LengthBench(opened, listener::unknown).measure(holes),
                    LengthCalibration.read(model, checkpoint.fingerprint()));
        }
    }

    private void measure(
            Map<String, List<InfillSpan>> kinds, Syntax syntax, LoadOptions into, List<InfillVariant> variants) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(model);
                Transformer transformer = Transformer.open(checkpoint, into)) {
            kinds.forEach((kind, drawn) -> variants.forEach(variant -> add(new InfillResult(
                    kind,
                    variant.name(),
                    variant.family(),
                    SpanInfilling.of(
                            transformer, drawn, variant.sides(), closing(variant.options()), syntax, this::filled)))));
        }
    }

    /** As decoding does it everywhere: pads close holes where the model was trained with them. */
    private IntFunction<DecodeOptions> closing(IntFunction<DecodeOptions> options) {
        return tokens -> options.apply(tokens).withHolePad(holePad);
    }

    private void filled() {
        listener.working(QualityListener.Work.INFILLING, ++filled, toFill);
    }

    private void add(InfillResult result) {
        results.add(result);
        listener.result(result);
    }

    private List<InfillVariant> variants() {
        List<InfillVariant> variants = new ArrayList<>(InfillVariant.exact());
        if (plan.sweep()) {
            variants.addAll(InfillVariant.faster());
        }
        return variants;
    }

    /** The spans of a plan, by what their kind is called. */
    static Map<String, List<InfillSpan>> kinds(
            QualityPlan plan, Path shards, List<int[]> documents, BpeTokenizer tokenizer) {
        SpanSampler sampler = new SpanSampler(plan.context(), plan.seed());
        Map<String, List<InfillSpan>> kinds = new LinkedHashMap<>();
        plan.lines().ifPresent(lines -> {
            IntPredicate endsLine = id -> holdsLineEnd(tokenizer.tokenBytes(id));
            kinds.put(
                    "lines " + lines.least() + "-" + lines.most(),
                    sampler.lines(documents, endsLine, lines.least(), lines.most(), plan.spans()));
        });
        for (int length : plan.lengths()) {
            kinds.put(length + " tokens", sampler.ofLength(documents, length, plan.spans()));
        }
        kinds.forEach((kind, drawn) ->
                check(!drawn.isEmpty(), "the held-out documents in %s have no span of the kind \"%s\"", shards, kind));
        return kinds;
    }

    private static boolean holdsLineEnd(byte[] token) {
        for (byte b : token) {
            if (b == '\n') {
                return true;
            }
        }
        return false;
    }

    static List<int[]> documents(TokenShards shards) {
        List<int[]> documents = new ArrayList<>();
        for (long i = 0; i < shards.numDocuments(); i++) {
            documents.add(shards.document(i));
        }
        return documents;
    }

    /** Documents of shards end with the end token; one inside stays and makes the text no file of any language. */
    static int[] withoutEnd(int[] ids, BpeTokenizer tokenizer) {
        boolean ends = ids.length > 0
                && ids[ids.length - 1] == tokenizer.specialTokens().requireEos();
        return ends ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    private NGram baseline(TokenShards train) {
        long tokens = Math.min(plan.baselineTokens(), train.numTokens());
        long[] learned = {0};
        NGram baseline = baseline(train, plan.baselineTokens(), count -> {
            learned[0] = count;
            listener.working(QualityListener.Work.BASELINE, Math.min(count, tokens), tokens);
        });
        listener.baseline(BASELINE_ORDER, learned[0]);
        return baseline;
    }

    /**
     * The 5-gram of the training split of token shards.
     *
     * @param most tokens that it learns from at most, at least 1
     * @param learning hears how many tokens it has learned from
     */
    public static NGram baseline(TokenShards train, long most, LongConsumer learning) {
        long tokens = Math.min(most, train.numTokens());
        int slotBits = Math.clamp(Long.SIZE - Long.numberOfLeadingZeros(tokens), 10, BASELINE_SLOT_BITS);
        NGram baseline = new NGram(BASELINE_ORDER, slotBits);
        long learned = 0;
        for (long i = 0; i < train.numDocuments() && learned < most; i++) {
            int[] document = train.document(i);
            baseline.learn(document);
            learned += document.length;
            learning.accept(learned);
        }
        return baseline;
    }

    /** None for quantized weights: the losses are computed as in training. */
    private Map<String, Double> losses(TokenShards heldOut) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(model)) {
            if (plan.lossRows() == 0
                    || QuantizedCheckpoint.format(checkpoint.config()).isPresent()) {
                return Map.of();
            }
            Map<String, Double> losses = new HeldOutLosses(
                            heldOut, plan.context(), plan.lossRows(), LOSS_WINDOW, plan.seed())
                    .of(checkpoint, (done, all) -> listener.working(QualityListener.Work.LOSSES, done, all));
            listener.losses(losses);
            return losses;
        }
    }
}
