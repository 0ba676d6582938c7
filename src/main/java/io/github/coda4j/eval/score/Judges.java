package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.eval.verdict.JavaJudge;
import io.github.coda4j.eval.verdict.PythonJudge;
import java.util.function.Supplier;

/** Makes the judges of a way of judging. */
interface Judges {
    /** A class of the library that MultiPL-E's prompts import. */
    String TUPLES = "org.javatuples.Pair";

    /** A judge for one thread. */
    Judge open();

    /** Whether the samples of a task are to be judged one after another by one judge. */
    boolean byTask();

    /** Adds what verdicts depend on. */
    void describe(ObjectNode setting);

    /** Those that a plan asks for. */
    static Judges of(ScorePlan plan, Supplier<PythonInterpreter> interpreter, Sandbox sandbox) {
        return switch (plan.mode()) {
            case HUMAN_EVAL, CODA, EVALPLUS -> new OfPython(plan, interpreter.get(), sandbox);
            case EXACT -> new OfTexts(plan.benchmark());
            case MULTIPL_E, HUMANEVAL_X ->
                new OfJava(plan.mode(), new JavaJudge(sandbox, library(plan.mode())), sandbox);
        };
    }

    /** Programs in Python. */
    record OfPython(ScorePlan plan, PythonInterpreter python, Sandbox sandbox) implements Judges {
        @Override
        public Judge open() {
            return new PythonSamples(plan, new PythonJudge(python, sandbox));
        }

        @Override
        public boolean byTask() {
            return plan.mode() == Mode.EVALPLUS;
        }

        @Override
        public void describe(ObjectNode setting) {
            setting.put("python", python.version()).put("sandbox", sandbox.description());
        }
    }

    /** Answers in Python. */
    record PythonSamples(ScorePlan plan, PythonJudge judge) implements Judge {
        @Override
        public Scored judge(Problem problem, Sample sample) {
            Benchmark benchmark = plan.benchmark();
            if (plan.mode() == Mode.EVALPLUS) {
                boolean mbpp = benchmark == Benchmark.MBPP_PLUS;
                String program = mbpp ? sample.text() : sample.program(problem);
                return Scored.of(
                        judge.check(problem, mbpp, program, PythonJudge.Part.BASE),
                        judge.check(problem, mbpp, program, PythonJudge.Part.PLUS));
            }
            String program;
            if (benchmark.wantsWholePrograms()) {
                program = problem.assertProgram(sample.text());
            } else {
                program = sample.whole() ? problem.checkWhole(sample.text()) : problem.checkProgram(sample.text());
            }
            return Scored.of(judge.run(program, plan.seconds()));
        }

        @Override
        public void close() {
            judge.close();
        }
    }

    private static String library(Mode mode) {
        return mode == Mode.HUMANEVAL_X
                ? ""
                : JavaJudge.libraryOf(TUPLES)
                        .orElseThrow(() -> new CodaException("answers to MultiPL-E are compiled with javatuples: put"
                                + " org.javatuples:javatuples on the class path"));
    }

    /** Programs in Java; one judge is for all threads. */
    record OfJava(Mode mode, JavaJudge judge, Sandbox sandbox) implements Judges, Judge {
        @Override
        public Judge open() {
            return this;
        }

        @Override
        public boolean byTask() {
            return false;
        }

        @Override
        public void describe(ObjectNode setting) {
            setting.put("java", Runtime.version().toString()).put("sandbox", sandbox.description());
        }

        @Override
        public Scored judge(Problem problem, Sample sample) {
            String program = sample.program(problem) + "\n" + problem.test();
            boolean multiple = mode == Mode.MULTIPL_E;
            return Scored.of(judge.run(program, multiple ? "Problem" : "Main", multiple, JavaJudge.SECONDS));
        }

        @Override
        public void close() {}
    }

    /** What is compared as text. */
    record OfTexts(Benchmark benchmark) implements Judges, Judge {
        @Override
        public Judge open() {
            return this;
        }

        @Override
        public boolean byTask() {
            return false;
        }

        @Override
        public void describe(ObjectNode setting) {}

        @Override
        public Scored judge(Problem problem, Sample sample) {
            String given = sample.text();
            String wanted = problem.canonical();
            return Scored.ofText(
                    switch (benchmark) {
                        case SANTACODER_JAVA, SANTACODER_PYTHON, SANTACODER_JS ->
                            given.strip().equals(wanted.strip());
                        case SAFIM_BLOCK_JAVA,
                                SAFIM_BLOCK_PYTHON,
                                SAFIM_CONTROL_JAVA,
                                SAFIM_CONTROL_PYTHON,
                                SAFIM_API_JAVA,
                                SAFIM_API_PYTHON -> squeezed(given).equals(squeezed(wanted));
                        default -> given.equals(wanted);
                    });
        }

        private static String squeezed(String text) {
            return text.replaceAll("\\s+", "");
        }

        @Override
        public void close() {}
    }
}
