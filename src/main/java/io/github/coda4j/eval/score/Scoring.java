package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.eval.verdict.FailureKind;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import io.github.coda4j.files.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Scores a file of samples. Verdicts are written as they come, so a run that was killed goes on from there; samples
 * that ran out of time beside others are judged again alone before that counts.
 */
public final class Scoring {
    /** The results: each line of the samples with {@code passed} and {@code result}. */
    public static final String RESULTS = "results.jsonl";

    /** The scores, and what they depend on. */
    public static final String SUMMARY = "summary.json";

    /** The same as EvalPlus writes it. */
    public static final String EVALPLUS_RESULTS = "eval_results.json";

    private static final String JOURNAL = "scoring.partial.jsonl";
    private static final long SEED = 1;
    private static final int NAMED = 5;

    private final ScorePlan plan;
    private final Supplier<PythonInterpreter> interpreter;
    private final Sandbox sandbox;
    private final ScoreListener listener;
    private final Function<FileChannel, WritableByteChannel> through;

    /** @param interpreter finds a Python; asked only when one is needed */
    public Scoring(ScorePlan plan, Supplier<PythonInterpreter> interpreter, Sandbox sandbox, ScoreListener listener) {
        this(plan, interpreter, sandbox, listener, channel -> channel);
    }

    /** @param through what verdicts are written through */
    Scoring(
            ScorePlan plan,
            Supplier<PythonInterpreter> interpreter,
            Sandbox sandbox,
            ScoreListener listener,
            Function<FileChannel, WritableByteChannel> through) {
        this.through = through;
        this.plan = plan;
        this.interpreter = interpreter;
        this.sandbox = sandbox;
        this.listener = listener;
    }

    /**
     * Judges every sample and writes the results.
     *
     * @throws CodaException when samples, data or Python cannot be used, or results cannot be written
     */
    public ScoreReport run() {
        return run(false);
    }

    /** The same, or the results that are there already when they are of the same samples, data and settings. */
    public ScoreReport runOnce() {
        return run(true);
    }

    private ScoreReport run(boolean once) {
        Benchmark.Loaded loaded = plan.benchmark().load(plan.data(), plan.mode());
        Sample.All all = Sample.read(plan.samples());
        List<Sample> samples = known(all.samples(), loaded.problems());
        checkAllThere(samples, loaded.problems());
        Shown shown = Shown.beside(plan, listener);
        Judges judges = Judges.of(plan, shown, interpreter, sandbox);
        ObjectNode setting = setting(loaded, all, judges);
        if (shown.any()) {
            setting.put("coda_data_md5", shown.md5());
        }
        Optional<ScoreReport> there = once ? written(setting) : Optional.empty();
        if (there.isPresent()) {
            return there.get();
        }
        makeFolder();
        Map<Integer, Scored> scores;
        int repeated;
        try (Journal journal = Journal.open(plan.out().resolve(JOURNAL), setting, through)) {
            if (journal.found().size() < samples.size()) {
                judges.measure(listener);
            }
            Run run = new Run(samples, loaded.problems(), judges, journal);
            scores = run.all();
            repeated = run.repeated();
            ScoreReport report = report(samples, scores, repeated, setting);
            write(samples, scores, report, loaded);
            journal.remove();
            return report;
        }
    }

    /** The report that was written, when it is of this setting; the results are written last. */
    private Optional<ScoreReport> written(ObjectNode setting) {
        Path summary = plan.out().resolve(SUMMARY);
        if (!Files.exists(summary) || !Files.exists(plan.out().resolve(RESULTS))) {
            return Optional.empty();
        }
        ObjectNode json = Json.readObject(summary);
        ObjectNode wanted = Json.parseObject(Json.ascii(setting), "setting");
        boolean same =
                wanted.properties().stream().allMatch(entry -> entry.getValue().equals(json.get(entry.getKey())));
        return same ? Optional.of(ScoreReport.of(json, setting)) : Optional.empty();
    }

    private List<Sample> known(List<Sample> samples, Map<String, Problem> problems) {
        Predicate<Sample> isKnown = sample -> problems.containsKey(sample.task());
        List<Sample> unknown = samples.stream().filter(isKnown.negate()).toList();
        if (unknown.isEmpty()) {
            return samples;
        }
        String first = String.format(
                Locale.ROOT,
                "%s: there is no task '%s' in %s",
                unknown.getFirst().source(),
                unknown.getFirst().task(),
                plan.benchmark().label());
        if (!plan.mode().isEvalPlus()) {
            throw new CodaException(first);
        }
        // EvalPlus skips them with a warning.
        listener.note(first + "; skipped with " + (unknown.size() - 1) + " more such samples");
        return samples.stream().filter(isKnown).toList();
    }

    private void checkAllThere(List<Sample> samples, Map<String, Problem> problems) {
        Set<String> given = new HashSet<>();
        samples.forEach(sample -> given.add(sample.task()));
        List<String> missing =
                problems.keySet().stream().filter(id -> !given.contains(id)).toList();
        if (missing.isEmpty()) {
            return;
        }
        String named = String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())))
                + (missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : "");
        if (!plan.allowMissing()) {
            throw CodaException.of(
                    "%s has no sample for %d of %d tasks: %s; take --allow-missing to leave them out of pass@k",
                    plan.samples(), missing.size(), problems.size(), named);
        }
        listener.leftOut("left out of pass@k, without a sample: " + missing.size() + " of " + problems.size()
                + " tasks: " + named);
    }

    private ObjectNode setting(Benchmark.Loaded loaded, Sample.All all, Judges judges) {
        ObjectNode setting = JsonNodeFactory.instance
                .objectNode()
                .put("task", plan.benchmark().label())
                .put("mode", plan.mode().label())
                .put("data_md5", loaded.md5())
                .put("samples_sha256", all.sha256());
        if (plan.limits()) {
            setting.put("seconds", plan.seconds());
        }
        judges.describe(setting);
        return setting;
    }

    private void makeFolder() {
        try {
            Files.createDirectories(plan.out());
        } catch (IOException e) {
            throw FileProblems.cannot("write", plan.out(), e);
        }
    }

    /** One run over the samples. */
    private final class Run {
        private final List<Sample> samples;
        private final Map<String, Problem> problems;
        private final Judges judges;
        private final Journal journal;
        private final Map<Integer, Scored> scores = new TreeMap<>();
        private int repeated;

        Run(List<Sample> samples, Map<String, Problem> problems, Judges judges, Journal journal) {
            this.samples = samples;
            this.problems = problems;
            this.judges = judges;
            this.journal = journal;
            scores.putAll(journal.found());
        }

        int repeated() {
            return repeated;
        }

        Map<Integer, Scored> all() {
            if (!scores.isEmpty()) {
                listener.note("going on: " + scores.size() + " of " + samples.size() + " samples are judged already");
            }
            together(waiting());
            List<Integer> unsure = scores.entrySet().stream()
                    .filter(entry -> entry.getValue().unsure())
                    .map(Map.Entry::getKey)
                    .toList();
            repeated = unsure.size();
            try (Judge judge = judges.open()) {
                for (int index : unsure) {
                    judge(judge, index, true);
                }
            }
            return scores;
        }

        /** What is not judged yet, in groups that one judge takes after another: those of a task, or single ones. */
        private Deque<List<Integer>> waiting() {
            Map<String, List<Integer>> groups = new LinkedHashMap<>();
            for (int i = 0; i < samples.size(); i++) {
                if (!scores.containsKey(i)) {
                    String key = judges.byTask() ? samples.get(i).task() : Integer.toString(i);
                    groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(i);
                }
            }
            return new ArrayDeque<>(groups.values());
        }

        private void together(Deque<List<Integer>> waiting) {
            int workers = Math.min(plan.workers(), waiting.size());
            try (ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, workers))) {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < workers; i++) {
                    running.add(threads.submit(() -> work(waiting)));
                }
                try {
                    for (Future<?> one : running) {
                        one.get();
                    }
                } catch (InterruptedException e) {
                    throw stopped(threads, waiting, new CancellationException("interrupted"));
                } catch (ExecutionException e) {
                    throw stopped(threads, waiting, cause(e));
                }
            }
        }

        private void work(Deque<List<Integer>> waiting) {
            try (Judge judge = judges.open()) {
                for (List<Integer> group = next(waiting); group != null; group = next(waiting)) {
                    for (int index : group) {
                        judge(judge, index, false);
                    }
                }
            } catch (RuntimeException | Error e) {
                // The others end with what they have in hand.
                synchronized (waiting) {
                    waiting.clear();
                }
                throw e;
            }
        }

        private void judge(Judge judge, int index, boolean alone) {
            Sample sample = samples.get(index);
            Scored scored = judge.judge(problems.get(sample.task()), sample);
            scored = sample.text().isBlank() ? scored.ofEmpty() : scored;
            // With one worker it was alone already.
            put(index, alone || plan.workers() == 1 ? scored.sure() : scored);
        }

        private synchronized void put(int index, Scored scored) {
            journal.add(index, scored);
            scores.put(index, scored);
            int unsure = (int) scores.values().stream().filter(Scored::unsure).count();
            listener.judged(scores.size(), samples.size(), unsure);
        }
    }

    private static List<Integer> next(Deque<List<Integer>> waiting) {
        synchronized (waiting) {
            return waiting.poll();
        }
    }

    private static RuntimeException stopped(
            ExecutorService threads, Deque<List<Integer>> waiting, RuntimeException problem) {
        synchronized (waiting) {
            waiting.clear();
        }
        threads.shutdownNow();
        return problem;
    }

    private static RuntimeException cause(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException problem -> problem;
            case Error error -> throw error;
            case Throwable other -> new CodaException("scoring failed: " + other.getMessage(), other);
        };
    }

    private ScoreReport report(List<Sample> samples, Map<Integer, Scored> scores, int repeated, ObjectNode setting) {
        Map<String, Map<Integer, PassAtK.Interval>> passAtK = new LinkedHashMap<>();
        int tasks = 0;
        boolean shown = !scores.isEmpty()
                && scores.values().stream().allMatch(one -> one.visible().isPresent());
        for (String name : ScoreReport.names(plan.mode(), shown)) {
            List<PassAtK.Counts> counts = counts(samples, scores, scored -> switch (name) {
                case ScoreReport.BASE -> scored.base().equals(Optional.of("pass"));
                case ScoreReport.CODA -> scored.visible().orElse(scored.passed());
                default -> scored.passed();
            });
            tasks = counts.size();
            Map<Integer, PassAtK.Interval> values = new TreeMap<>();
            PassAtK.ks(counts).forEach(k -> values.put(k, PassAtK.interval(counts, k, SEED)));
            passAtK.put(name, values);
        }
        Map<FailureKind, Integer> kinds = new EnumMap<>(FailureKind.class);
        scores.values().forEach(scored -> kinds.merge(scored.kind(), 1, Integer::sum));
        return new ScoreReport(passAtK, kinds, tasks, samples.size(), repeated, setting);
    }

    private static List<PassAtK.Counts> counts(
            List<Sample> samples, Map<Integer, Scored> scores, Predicate<Scored> passed) {
        Map<String, List<Boolean>> byTask = new LinkedHashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            byTask.computeIfAbsent(samples.get(i).task(), _ -> new ArrayList<>())
                    .add(passed.test(scores.get(i)));
        }
        return byTask.values().stream()
                .map(list -> PassAtK.counts(list.stream()))
                .toList();
    }

    private void write(List<Sample> samples, Map<Integer, Scored> scores, ScoreReport report, Benchmark.Loaded loaded) {
        StringBuilder results = new StringBuilder();
        for (int i = 0; i < samples.size(); i++) {
            ObjectNode row = samples.get(i).row().deepCopy();
            Scored scored = scores.get(i);
            row.put("passed", scored.passed()).put("result", scored.result());
            scored.base().ifPresent(status -> row.put("base_status", status));
            scored.plus().ifPresent(status -> row.put("plus_status", status));
            scored.visible().ifPresent(right -> row.put("coda_status", right ? "pass" : "fail"));
            results.append(Json.ascii(row)).append('\n');
        }
        Path out = plan.out();
        if (plan.mode().isEvalPlus()) {
            AtomicFiles.writeText(
                    out.resolve(EVALPLUS_RESULTS), Json.ascii(EvalPlusResults.of(samples, scores, report, loaded)));
        }
        AtomicFiles.writeText(out.resolve(SUMMARY), Json.pretty(report.json()));
        AtomicFiles.writeText(out.resolve(RESULTS), results.toString());
    }
}
