package io.github.coda4j.eval.score;

import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import java.util.Map;
import java.util.Optional;

/**
 * The asserts that MBPP+ shows in its prompts. CoDA's evaluation calls it MBPP+ when they pass, and runs none of the
 * added inputs: scores of both ways are told beside each other.
 *
 * @param problems with the asserts, by name; none where they are not counted beside something else
 * @param md5 of their file's bytes, unpacked
 */
record Shown(Map<String, Problem> problems, String md5) {
    static final Shown NONE = new Shown(Map.of(), "");

    Shown {
        problems = Map.copyOf(problems);
    }

    /** Those that are counted beside EvalPlus's inputs; a line is told when their file is not there. */
    static Shown beside(ScorePlan plan, ScoreListener listener) {
        Benchmark benchmark = plan.benchmark();
        if (plan.mode() != Mode.EVALPLUS || !benchmark.modes().contains(Mode.CODA)) {
            return NONE;
        }
        DataFolder data = plan.data();
        if (data.find(benchmark.set(Mode.CODA)).isEmpty()) {
            listener.note("the visible asserts alone, as CoDA counts, are not scored: there is no "
                    + benchmark.set(Mode.CODA).file() + ".jsonl.gz in " + data.folder());
            return NONE;
        }
        Benchmark.Loaded loaded = benchmark.load(data, Mode.CODA);
        return new Shown(loaded.problems(), loaded.md5());
    }

    boolean any() {
        return !problems.isEmpty();
    }

    /** A solution with the task's asserts. */
    Optional<String> program(Problem problem, String solution) {
        return Optional.ofNullable(problems.get(problem.id())).map(one -> one.assertProgram(solution));
    }
}
