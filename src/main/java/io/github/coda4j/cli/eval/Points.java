package io.github.coda4j.cli.eval;

import io.github.coda4j.eval.answers.HoleLength;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.generate.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What is measured of a set. */
final class Points {
    private Points() {}

    /**
     * One after another.
     *
     * @param baselines that are measured beside the model, for infilling sets
     * @param steps numbers of steps that the model is measured with, none for what the flags say
     */
    static List<Point> of(Benchmark benchmark, AskFlags flags, List<Point.Who> baselines, List<Integer> steps) {
        List<Point> points = new ArrayList<>();
        for (Point point : inLengths(benchmark, flags)) {
            if (steps.isEmpty()) {
                points.add(point);
            }
            steps.forEach(count -> points.add(point.inSteps(count)));
            for (Point.Who who : benchmark.isInfilling() ? baselines : List.<Point.Who>of()) {
                // Neither sees where a hole ends.
                boolean open = point.length().orElseThrow() instanceof HoleLength.Auto;
                if (!open) {
                    points.add(point.by(who));
                }
            }
        }
        return points;
    }

    private static List<Point> inLengths(Benchmark benchmark, AskFlags flags) {
        Point point = Point.of(benchmark);
        if (!benchmark.isInfilling()) {
            return List.of(point);
        }
        String usual = flags.baseUrl.isPresent() && flags.template.isEmpty() ? "auto" : "oracle";
        List<String> lengths = flags.lengths.isEmpty() ? List.of(usual) : flags.lengths;
        int ceiling = flags.ceiling.orElse(Document.DEFAULT_CEILING);
        return lengths.stream()
                .distinct()
                .map(text -> point.with(HoleLength.parse(text.strip(), ceiling)))
                .toList();
    }

    /** The way of judging whose rows are shown to the model. */
    static Mode shown(Benchmark benchmark, AskFlags flags) {
        return benchmark.isInfilling()
                ? benchmark.modes().getFirst()
                : flags.style(benchmark).mode(benchmark);
    }

    /** The tasks as they are shown to the model. */
    static Benchmark.Loaded load(Benchmark benchmark, AskFlags flags, DataFolder data) {
        return benchmark.load(data, shown(benchmark, flags));
    }

    /** Those of them that are asked: all, the first, or some from all over the set. */
    static List<Problem> asked(Benchmark.Loaded loaded, AskFlags flags) {
        List<Problem> all = List.copyOf(loaded.problems().values());
        int count = Math.min(flags.limit.orElse(all.size()), all.size());
        return IntStream.range(0, count)
                .map(i -> flags.spread ? Math.toIntExact((long) i * all.size() / count) : i)
                .mapToObj(all::get)
                .toList();
    }
}
