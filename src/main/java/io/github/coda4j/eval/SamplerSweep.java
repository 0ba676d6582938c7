package io.github.coda4j.eval;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.Json;
import io.github.coda4j.files.JsonLines;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.Transformer;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.text.BpeTokenizer;
import io.github.coda4j.weights.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Curves of accuracy against parallelism: every rule of commitment at several settings, with every cache, and one way
 * of refreshing caches after another, on the same spans. Rows are written every other second; a run that was killed
 * goes on behind the rows that it finds.
 */
public final class SamplerSweep {
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;
    private static final long NANOS_BETWEEN_WRITES = 2_000_000_000L;

    private final Path rowsFile;
    private final ObjectNode setup;
    private final SamplerListener listener;
    private final Map<String, SamplerRow> rows = new LinkedHashMap<>();
    private long written = System.nanoTime();

    private SamplerSweep(Path rowsFile, ObjectNode setup, SamplerListener listener) {
        this.rowsFile = rowsFile;
        this.setup = setup;
        this.listener = listener;
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
     * @param minutes after which no further point is begun; the same call later goes on; empty: until all is measured
     * @param listener hears of each row that is measured, and of what is left
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
            OptionalInt minutes,
            SamplerListener listener) {
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
        SamplerSweep sweep = new SamplerSweep(rowsFile, setup(model, plan, kinds), listener);
        sweep.read();
        Validity syntax = Syntax.ofJavaAndPython(ids -> tokenizer.decode(QualityBench.withoutEnd(ids, tokenizer)));
        List<Spans> spans = kinds.entrySet().stream()
                .map(kind ->
                        new Spans(kind.getKey(), kind.getValue(), tokenizer.holePad(), new RememberedValidity(syntax)))
                .toList();
        List<Point> points = formats.stream()
                .flatMap(format -> spans.stream()
                        .flatMap(of -> settings(only).stream()
                                // Refreshing is about caches; the numbers say nothing new about it, and nothing is
                                // shared.
                                .filter(setting -> setting.block() == 0 || format.equals(formats.getFirst()))
                                .map(setting -> new Point(format, of, setting))))
                .filter(point -> point.work() > 0)
                .toList();
        sweep.measure(model, into, points, minutes);
        return List.copyOf(sweep.rows.values());
    }

    private record Spans(String kind, List<InfillSpan> spans, OptionalInt holePad, Validity syntax) {}

    /** A row to be. */
    private record Point(WeightFormat format, Spans of, SamplerSetting setting) {
        String key() {
            return SamplerRow.key(of.kind(), setting, format.toString());
        }

        /** Rows that its forwards run if each commits a token, about. */
        long work() {
            return of.spans().stream()
                    .filter(span -> setting.options(span.answer().length).isPresent())
                    .mapToLong(span -> setting.work(span.before().length, span.answer().length, span.after().length))
                    .sum();
        }
    }

    /** Measures what is missing, the points of a format and a kind together. */
    private void measure(Path model, LoadOptions into, List<Point> points, OptionalInt minutes) {
        List<Point> missing =
                points.stream().filter(point -> !rows.containsKey(point.key())).toList();
        long end = minutes.isEmpty() ? Long.MAX_VALUE : System.nanoTime() + minutes.getAsInt() * NANOS_PER_MINUTE;
        Pace pace = new Pace(missing.stream().mapToLong(Point::work).sum());
        listener.remains(missing.size(), points.size(), OptionalLong.empty());
        int left = missing.size();
        for (List<Point> ofFormat : together(missing, Point::format)) {
            LoadOptions loaded =
                    new LoadOptions(into.engine(), ofFormat.getFirst().format(), into.device(), into.threads());
            try (CheckpointFolder checkpoint = CheckpointFolder.open(model);
                    Transformer transformer = Transformer.open(checkpoint, loaded)) {
                for (List<Point> ofKind : together(ofFormat, Point::of)) {
                    try (SharedForwards forwards = new SharedForwards(
                            transformer, ofKind.getFirst().of().spans().size())) {
                        for (Point point : ofKind) {
                            if (System.nanoTime() > end) {
                                write();
                                return;
                            }
                            measure(forwards, point, transformer.maskId());
                            left--;
                            pace.did(point.work());
                            listener.remains(left, points.size(), pace.secondsLeft());
                        }
                    }
                }
            }
        }
        write();
    }

    /** Writing all rows takes longer than measuring one that is remembered. */
    private void writeNowAndThen() {
        if (System.nanoTime() - written > NANOS_BETWEEN_WRITES) {
            write();
        }
    }

    private static <K> Collection<List<Point>> together(List<Point> points, Function<Point, K> key) {
        return points.stream()
                .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    /** How long the rest takes if it goes on as fast. */
    private static final class Pace {
        private final long start = System.nanoTime();
        private final long all;
        private long done;

        Pace(long all) {
            this.all = all;
        }

        void did(long work) {
            done += work;
        }

        OptionalLong secondsLeft() {
            double seconds = 1e-9 * (System.nanoTime() - start);
            return OptionalLong.of(Math.round(seconds * (all - done) / done));
        }
    }

    private static List<SamplerSetting> settings(List<String> only) {
        return Stream.concat(
                        SamplerSetting.rules().stream()
                                .filter(setting -> only.isEmpty() || only.contains(setting.rule())),
                        SamplerSetting.refreshes().stream().filter(_ -> only.isEmpty() || only.contains("refresh")))
                .toList();
    }

    private void measure(SharedForwards forwards, Point point, int maskId) {
        SamplerRow.Sum sum = new SamplerRow.Sum();
        Spans of = point.of();
        List<SharedForwards.Work> work = new ArrayList<>();
        for (int i = 0; i < of.spans().size(); i++) {
            InfillSpan span = of.spans().get(i);
            Optional<DecodeOptions> options =
                    point.setting().options(span.answer().length).map(found -> found.withHolePad(of.holePad()));
            if (options.isPresent()) {
                work.add(new SharedForwards.Work(i, span.canvas(InfillSpan.Sides.BOTH, maskId), options.get()));
            }
        }
        forwards.decode(work, sum::forward);
        for (SharedForwards.Work done : work) {
            InfillSpan span = of.spans().get(done.index());
            int from = span.before().length;
            int[] ids = done.canvas().ids(from, from + span.answer().length);
            sum.add(span.answer(), ids, of.syntax().of(span, ids));
        }
        SamplerRow row = sum.row(of.kind(), point.setting(), point.format().toString());
        rows.put(row.key(), row);
        writeNowAndThen();
        listener.measured(row);
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
        written = System.nanoTime();
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
