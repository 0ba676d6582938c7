package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.decode.DecodeSession;
import io.github.coda4j.diffusion.Canvas;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.plan.CacheAccess;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.model.plan.ForwardPlan;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Curves of accuracy against parallelism: every rule of commitment at several settings, with every cache, and one way
 * of refreshing caches after another, on the same spans. Each row is written when it is measured; a run that was killed
 * goes on behind the rows that it finds.
 */
public final class SamplerSweep {
    private final Path rowsFile;
    private final ObjectNode setup;
    private final Map<String, SamplerRow> rows = new LinkedHashMap<>();

    private SamplerSweep(Path rowsFile, ObjectNode setup) {
        this.rowsFile = rowsFile;
        this.setup = setup;
    }

    /** The names that a sweep can be limited to: rules of commitment, and {@code refresh}. */
    public static List<String> names() {
        return Stream.concat(
                        SamplerSetting.rules().stream()
                                .map(SamplerSetting::rule)
                                .distinct(),
                        Stream.of("refresh"))
                .toList();
    }

    /**
     * Measures what is missing.
     *
     * @param model its folder
     * @param into how it is put into memory
     * @param shards folder of token shards with a held-out split, made with the model's tokenizer
     * @param formats of the weights, one after another, in place of that of {@code into}
     * @param only of {@link #names}; empty for all
     * @param rowsFile where the rows are, and are written
     * @param measured hears of each row that is measured
     * @return all rows of the file
     * @throws CodaException when the file holds rows of another model, other spans or another context
     */
    public static List<SamplerRow> measure(
            Path model,
            LoadOptions into,
            Path shards,
            QualityPlan plan,
            List<WeightFormat> formats,
            List<String> only,
            Path rowsFile,
            Consumer<SamplerRow> measured) {
        only.forEach(name -> check(
                names().contains(name),
                "no rule is called '%s': rules are %s%s",
                name,
                String.join(", ", names()),
                Nearest.hint(name, names())));
        BpeTokenizer tokenizer = BpeTokenizer.load(model);
        Map<String, List<InfillSpan>> kinds;
        try (TokenShards heldOut = TokenShards.open(shards, Split.HELD_OUT)) {
            heldOut.manifest().requireTokenizer(tokenizer, model);
            kinds = QualityBench.kinds(plan, shards, QualityBench.documents(heldOut), tokenizer);
        }
        SamplerSweep sweep = new SamplerSweep(rowsFile, setup(model, plan, kinds));
        sweep.read();
        Validity syntax = Syntax.ofJavaAndPython(ids -> tokenizer.decode(QualityBench.withoutEnd(ids, tokenizer)));
        for (WeightFormat format : formats) {
            LoadOptions loaded = new LoadOptions(into.engine(), format, into.device(), into.threads());
            try (CheckpointFolder checkpoint = CheckpointFolder.open(model);
                    Transformer transformer = Transformer.open(checkpoint, loaded)) {
                for (Map.Entry<String, List<InfillSpan>> kind : kinds.entrySet()) {
                    for (SamplerSetting setting : settings(only)) {
                        Spans spans = new Spans(kind.getKey(), kind.getValue(), tokenizer.holePad(), syntax);
                        sweep.measure(transformer, spans, setting, format.toString(), measured);
                    }
                }
            }
        }
        return List.copyOf(sweep.rows.values());
    }

    private record Spans(String kind, List<InfillSpan> spans, OptionalInt holePad, Validity syntax) {}

    private static List<SamplerSetting> settings(List<String> only) {
        return Stream.concat(
                        SamplerSetting.rules().stream()
                                .filter(setting -> only.isEmpty() || only.contains(setting.rule())),
                        SamplerSetting.refreshes().stream().filter(_ -> only.isEmpty() || only.contains("refresh")))
                .toList();
    }

    private void measure(
            Denoiser model, Spans of, SamplerSetting setting, String format, Consumer<SamplerRow> measured) {
        SamplerRow.Sum sum = new SamplerRow.Sum();
        String key = String.join(
                " | ",
                of.kind(),
                setting.rule(),
                setting.setting(),
                setting.cache().id(),
                format);
        if (rows.containsKey(key)) {
            return;
        }
        for (InfillSpan span : of.spans()) {
            setting.options(span.answer().length)
                    .map(options -> options.withHolePad(of.holePad()))
                    .ifPresent(options -> fill(model, span, options, of.syntax(), sum));
        }
        if (sum.spans() > 0) {
            SamplerRow row = sum.row(of.kind(), setting, format);
            rows.put(row.key(), row);
            write();
            measured.accept(row);
        }
    }

    private static void fill(
            Denoiser model, InfillSpan span, DecodeOptions options, Validity syntax, SamplerRow.Sum sum) {
        Canvas canvas = span.canvas(InfillSpan.Sides.BOTH, model.maskId());
        try (DecodeSession session = DecodeSession.open(canvas, options, model)) {
            while (!session.done()) {
                ForwardPlan plan = session.plan();
                session.apply(model.forward(List.of(plan)).getFirst());
                sum.forward(plan.ids().length, !(plan.cache() instanceof CacheAccess.Reuse));
            }
        }
        int from = span.before().length;
        int[] ids = canvas.ids(from, from + span.answer().length);
        sum.add(span.answer(), ids, syntax.of(span, ids));
    }

    /** What rows must have in common to stand in one table. */
    private static ObjectNode setup(Path model, QualityPlan plan, Map<String, List<InfillSpan>> kinds) {
        try (CheckpointFolder checkpoint = CheckpointFolder.open(model)) {
            ObjectNode setup = JsonNodeFactory.instance.objectNode();
            setup.put("model", checkpoint.fingerprint());
            setup.put("spans", plan.spans()).put("context", plan.context()).put("seed", plan.seed());
            kinds.forEach((kind, spans) -> setup.put(kind, hash(spans)));
            return setup;
        }
    }

    private static long hash(List<InfillSpan> spans) {
        long hash = 17;
        for (InfillSpan span : spans) {
            for (int id : span.document(span.answer())) {
                hash = 31 * hash + id;
            }
            hash = 31 * hash + span.answer().length;
        }
        return hash;
    }

    private void read() {
        if (!Files.exists(rowsFile)) {
            return;
        }
        List<ObjectNode> lines = new ArrayList<>();
        JsonLines.read(rowsFile, line -> lines.add(line.object()));
        if (lines.isEmpty() || !Json.compact(lines.getFirst()).equals(Json.compact(setup))) {
            throw new CodaException(
                    rowsFile + " has rows of another model, other spans or another context: name another"
                            + " --out, or remove it to measure anew");
        }
        lines.subList(1, lines.size()).stream().map(SamplerRow::of).forEach(row -> rows.put(row.key(), row));
    }

    private void write() {
        AtomicFiles.writeText(
                rowsFile,
                Stream.concat(Stream.of(setup), rows.values().stream().map(SamplerRow::json))
                        .map(Json::compact)
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    /** A row for people. */
    public static String line(SamplerRow row) {
        return SamplerPage.line(row);
    }
}
