package io.github.coda4j.eval.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.coda4j.CodaException;
import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.python.PythonServer;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sanitize.Answers;
import io.github.coda4j.eval.sanitize.SafimCut;
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

    /** How long the empty program may take that is measured. */
    double MEASURED_SECONDS = 10;

    /** A judge for one thread. */
    Judge open();

    /** Whether the samples of a task are to be judged one after another by one judge. */
    boolean byTask();

    /** Tells what a worker costs, where workers are processes. */
    default void measure(ScoreListener listener) {}

    /** Adds what verdicts depend on. */
    void describe(ObjectNode setting);

    /** Those that a plan asks for. */
    static Judges of(ScorePlan plan, Shown shown, Supplier<PythonInterpreter> interpreter, Sandbox sandbox) {
        return switch (plan.mode()) {
            case HUMAN_EVAL, CODA, EVALPLUS, EVALPLUS_MINI -> new OfPython(plan, shown, interpreter.get(), sandbox);
            case EXACT -> new OfTexts(plan.benchmark(), false);
            case MULTIPL_E, HUMANEVAL_X, SAFIM -> {
                if (!plan.benchmark().runs(plan.mode())) {
                    yield new OfTexts(plan.benchmark(), true);
                }
                yield plan.benchmark().isPython()
                        ? new OfPython(plan, Shown.NONE, interpreter.get(), sandbox)
                        : new OfJava(plan, new JavaJudge(sandbox, library(plan.mode())), sandbox);
            }
        };
    }

    /** Programs in Python. */
    record OfPython(ScorePlan plan, Shown shown, PythonInterpreter python, Sandbox sandbox) implements Judges {
        @Override
        public Judge open() {
            return new PythonSamples(plan, shown, new PythonJudge(python, sandbox));
        }

        @Override
        public boolean byTask() {
            return plan.mode().isEvalPlus();
        }

        @Override
        public void measure(ScoreListener listener) {
            try (PythonJudge judge = new PythonJudge(python, sandbox)) {
                PythonServer.Start start = judge.start();
                double program = judge.run("", MEASURED_SECONDS).wallSeconds();
                listener.worker(start.seconds(), start.imports(), program);
            }
        }

        @Override
        public void describe(ObjectNode setting) {
            setting.put("python", python.version()).put("sandbox", sandbox.description());
        }
    }

    /** Answers in Python. */
    record PythonSamples(ScorePlan plan, Shown shown, PythonJudge judge) implements Judge {
        @Override
        public Scored judge(Problem problem, Sample sample) {
            Benchmark benchmark = plan.benchmark();
            if (plan.mode().isEvalPlus()) {
                boolean mbpp = benchmark == Benchmark.MBPP_PLUS;
                String program = mbpp ? sample.text() : sample.program(problem);
                Scored scored = Scored.of(
                        judge.check(problem, mbpp, program, PythonJudge.Part.BASE),
                        judge.check(problem, mbpp, program, PythonJudge.Part.PLUS));
                return shown.program(problem, program)
                        .map(one -> scored.withVisible(judge.run(one, PythonJudge.HUMAN_EVAL_SECONDS)))
                        .orElse(scored);
            } else if (plan.mode() == Mode.SAFIM) {
                return Safim.judge(
                        benchmark, problem, sample, (tests, program) -> judge.runOn(tests, program, plan.seconds()));
            } else if (plan.mode() == Mode.MULTIPL_E) {
                return Scored.of(judge.run(lineIn(problem, sample) + "\n" + problem.test(), plan.seconds()));
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

    /** SantaCoder's program: the line ends around the answer belong to neither side. */
    private static String lineIn(Problem problem, Sample sample) {
        return sample.whole() ? sample.text() : problem.prompt() + "\n" + sample.text() + "\n" + problem.suffix();
    }

    private static String library(Mode mode) {
        return mode != Mode.MULTIPL_E
                ? ""
                : JavaJudge.libraryOf(TUPLES)
                        .orElseThrow(() -> new CodaException("answers to MultiPL-E are compiled with javatuples: put"
                                + " org.javatuples:javatuples on the class path"));
    }

    /** Programs in Java; one judge is for all threads. */
    record OfJava(ScorePlan plan, JavaJudge judge, Sandbox sandbox) implements Judges, Judge {
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
            double seconds = plan.seconds();
            if (plan.mode() == Mode.SAFIM) {
                return Safim.judge(
                        plan.benchmark(), problem, sample, (tests, program) -> judge.runOn(tests, program, seconds));
            } else if (plan.benchmark() == Benchmark.SANTACODER_JAVA) {
                String program = withoutLastBraces(lineIn(problem, sample)) + "\n" + problem.test();
                return Scored.of(judge.run(program, "Problem", true, seconds));
            }
            boolean multiple = plan.mode() == Mode.MULTIPL_E;
            String answer = sample.text();
            if (!sample.whole()) {
                answer = problem.prompt() + (multiple ? Answers.multiplE(answer) : Answers.humanEvalX(answer));
            }
            String program = answer + "\n" + problem.test();
            return Scored.of(judge.run(program, multiple ? "Problem" : "Main", multiple, seconds));
        }

        /** The tests close the method and the class. */
        private static String withoutLastBraces(String program) {
            int last = program.lastIndexOf('}');
            int before = program.lastIndexOf('}', last - 1);
            return before < 0 ? program : program.substring(0, before);
        }

        @Override
        public void close() {}
    }

    /**
     * What is compared as text.
     *
     * @param cuts whether a call ends where it closes
     */
    record OfTexts(Benchmark benchmark, boolean cuts) implements Judges, Judge {
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
                                SAFIM_API_PYTHON ->
                            squeezed(given).equals(squeezed(wanted))
                                    || cuts && squeezed(SafimCut.call(given)).equals(squeezed(wanted));
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
