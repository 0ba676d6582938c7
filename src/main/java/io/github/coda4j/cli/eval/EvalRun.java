package io.github.coda4j.cli.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.LoadFlags;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.data.Split;
import io.github.coda4j.data.TokenShards;
import io.github.coda4j.eval.NGram;
import io.github.coda4j.eval.QualityBench;
import io.github.coda4j.eval.QualityListener;
import io.github.coda4j.eval.QualityPage;
import io.github.coda4j.eval.QualityPlan;
import io.github.coda4j.eval.QualityReport;
import io.github.coda4j.eval.answers.AnswerCosts;
import io.github.coda4j.eval.report.EvalPage;
import io.github.coda4j.eval.report.EvalReport;
import io.github.coda4j.eval.report.Machine;
import io.github.coda4j.eval.report.Measured;
import io.github.coda4j.eval.score.ScoreReport;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * From sets of tasks to a report: for each measurement answers, then verdicts; after each of them summary and page are
 * written anew. What is there already is taken as it is when it was made in the same way.
 *
 * @param out folder of everything that is written
 * @param modes the ways in which answers to a set are judged
 * @param command as it was typed
 * @param version of coda4j
 */
record EvalRun(
        World world,
        Interrupt interrupt,
        AskFlags asking,
        JudgeFlags judging,
        DataFolder data,
        Path out,
        Function<Benchmark, List<Mode>> modes,
        String command,
        String version) {
    private static final String SAMPLES = "samples.jsonl";
    private static final long BASELINE_TOKENS = QualityPlan.STANDARD.baselineTokens();

    /** Measures everything; the report on held-out code comes last. */
    void all(List<Point> points, int samples, Optional<Path> shards, boolean quality) throws InterruptedException {
        Map<Point, Benchmark.Loaded> loaded = load(points);
        List<Measured> measured = new ArrayList<>();
        Map<String, Map<String, Problem>> problems = new LinkedHashMap<>();
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        makeFolder(out);
        if (!points.isEmpty()) {
            try (Asked asked = Asked.open(asking, world, judging);
                    StatusLine status = StatusLine.of(world)) {
                model.setAll(asked.described());
                if (points.stream().anyMatch(point -> point.who() == Point.Who.NGRAM)) {
                    learn(asked, shards.orElseThrow(), status);
                }
                for (Point point : points) {
                    Benchmark.Loaded set = loaded.get(point);
                    problems.put(point.name(), set.problems());
                    measured.add(measure(point, set, asked, samples, status));
                    status.aside(() -> tell(measured.getLast()));
                    write(report(model, measured, Optional.empty()), problems, status::note);
                }
            }
        }
        if (quality) {
            ObjectNode held = quality(shards.orElseThrow());
            write(report(model, measured, Optional.of(held)), problems, world::note);
        }
        world.note("wrote " + out.resolve("summary.json") + " and " + out.resolve("index.html"));
    }

    private EvalReport report(ObjectNode model, List<Measured> measured, Optional<ObjectNode> quality) {
        return new EvalReport(command, version, Machine.json(), model, measured, quality);
    }

    /** All sets are read before any work, so that a missing one is known at once. */
    private Map<Point, Benchmark.Loaded> load(List<Point> points) {
        Map<Benchmark, Benchmark.Loaded> sets = new LinkedHashMap<>();
        Map<Point, Benchmark.Loaded> loaded = new LinkedHashMap<>();
        for (Point point : points) {
            Benchmark benchmark = point.benchmark();
            loaded.put(point, sets.computeIfAbsent(benchmark, one -> Points.load(one, asking, data)));
            modes.apply(benchmark).forEach(mode -> data.require(benchmark.set(mode)));
        }
        return loaded;
    }

    private Measured measure(Point point, Benchmark.Loaded set, Asked asked, int samples, StatusLine status)
            throws InterruptedException {
        Path folder = out.resolve(point.name());
        makeFolder(folder);
        Path file = folder.resolve(SAMPLES);
        List<Problem> problems = Points.asked(set, asking);
        ObjectNode setting = asked.answer(point, problems, set.md5(), samples, file, interrupt, status);
        Map<Mode, ScoreReport> scores = new LinkedHashMap<>();
        boolean part = problems.size() < set.problems().size();
        for (Mode mode : modes.apply(point.benchmark())) {
            interrupt.check();
            scores.put(
                    mode,
                    judging.scoreOnce(
                            world,
                            interrupt,
                            judging.plan(point.benchmark(), mode, data, file, folder.resolve(mode.label()), part),
                            status));
        }
        return new Measured(point.name(), setting, AnswerCosts.of(file), scores, folder, point.steps());
    }

    private void tell(Measured measured) {
        measured.scores()
                .forEach((mode, report) -> report.lines()
                        .forEach(line -> world.out().println(measured.name() + ", " + mode + ": " + line)));
        AnswerCosts costs = measured.costs();
        costs.tokensPerForward()
                .ifPresent(tokens -> world.out()
                        .println(String.format(
                                Locale.ROOT,
                                "%s: %.2f tokens per forward (%,d forwards), %.0f tokens/s together",
                                measured.name(),
                                tokens,
                                costs.forwards().orElse(0),
                                costs.tokensPerSecond())));
        world.out().flush();
    }

    private void write(EvalReport report, Map<String, Map<String, Problem>> problems, Consumer<String> notes) {
        AtomicFiles.writeText(out.resolve("summary.json"), Json.pretty(report.json()));
        AtomicFiles.writeText(out.resolve("scores.md"), String.join("\n", report.markdown()) + "\n");
        EvalPage.write(report, problems, out.resolve("index.html")).ifPresent(notes);
    }

    private void learn(Asked asked, Path shards, StatusLine status) {
        try (TokenShards train = TokenShards.open(shards, Split.TRAIN)) {
            Path model = asked.folder();
            train.manifest().requireTokenizer(BpeTokenizer.load(model), model);
            long all = Math.min(BASELINE_TOKENS, train.numTokens());
            long[] learned = {0};
            NGram learner = QualityBench.baseline(train, BASELINE_TOKENS, count -> {
                learned[0] = count;
                status.show(() -> String.format(Locale.ROOT, "the 5-gram learns: %,d of %,d tokens", count, all));
            });
            String from = String.format(Locale.ROOT, "5-gram of %,d tokens", learned[0]);
            status.note("the " + from);
            asked.baseline(learner, from);
        }
    }

    private ObjectNode quality(Path shards) {
        Path folder = asking.model.folder(world);
        LoadOptions into = asking.load.options(folder, world, LoadFlags.Purpose.SPEED);
        QualityReport report;
        try (StatusLine status = StatusLine.of(world)) {
            report = QualityBench.measure(folder, into, shards, QualityPlan.STANDARD, new QualityListener() {
                @Override
                public void working(Work work, long done, long all) {
                    interrupt.check();
                    status.show(() -> String.format(
                            Locale.ROOT, "quality, %s: %,d of %,d", work.name().toLowerCase(Locale.ROOT), done, all));
                }
            });
        }
        Path at = out.resolve("quality");
        makeFolder(at);
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        new QualityPage(name, command, into, QualityPlan.STANDARD, LocalDate.now(ZoneOffset.UTC))
                .write(report, at.resolve("quality.md"));
        world.out().println(QualityReport.headline());
        report.results().forEach(result -> world.out().println(QualityReport.line(result)));
        return report.json();
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileProblems.cannot("write", folder, e);
        }
    }
}
