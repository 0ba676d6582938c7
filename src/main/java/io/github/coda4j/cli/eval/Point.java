package io.github.coda4j.cli.eval;

import io.github.coda4j.eval.answers.HoleLength;
import io.github.coda4j.eval.tasks.Benchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One measurement: a set asked in one way.
 *
 * @param length of holes, for infilling sets
 * @param who answers
 * @param steps where they are varied
 */
record Point(Benchmark benchmark, Optional<HoleLength> length, Who who, Optional<Integer> steps) {
    /** Who answers. */
    enum Who {
        MODEL(""),
        /** The model, which sees nothing behind the hole. */
        LEFT_ONLY("left-only"),
        /** The 5-gram. */
        NGRAM("5-gram");

        private final String label;

        Who(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    static Point of(Benchmark benchmark) {
        return new Point(benchmark, Optional.empty(), Who.MODEL, Optional.empty());
    }

    Point with(HoleLength newLength) {
        return new Point(benchmark, Optional.of(newLength), who, steps);
    }

    Point by(Who newWho) {
        return new Point(benchmark, length, newWho, steps);
    }

    Point inSteps(int count) {
        return new Point(benchmark, length, who, Optional.of(count));
    }

    /** The name of its folder and in reports: {@code infill-single.oracle.left-only}. */
    String name() {
        List<String> parts = new ArrayList<>(List.of(benchmark.label()));
        length.ifPresent(one -> parts.add(one.label()));
        if (who != Who.MODEL) {
            parts.add(who.label());
        }
        steps.ifPresent(count -> parts.add("steps-" + count));
        return String.join(".", parts);
    }
}
