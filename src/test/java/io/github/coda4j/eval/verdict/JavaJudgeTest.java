package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import io.github.coda4j.eval.tasks.Benchmark;
import io.github.coda4j.eval.tasks.DataFolder;
import io.github.coda4j.eval.tasks.Mode;
import io.github.coda4j.eval.tasks.Problem;
import io.github.coda4j.testkit.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Java programs and the attacks that they try. {@code -Dverdicts=all} runs all canonical solutions. */
@Tag("process")
@ExtendWith(WholeSandbox.class)
class JavaJudgeTest {
    private static final double SECONDS = 20;
    private static final boolean ALL = "all".equals(System.getProperty("verdicts"));
    private static JavaJudge judge;

    @TempDir
    Path outside;

    @BeforeAll
    static void open() {
        Sandbox sandbox = Sandbox.open(SandboxMode.BEST, "");
        judge = new JavaJudge(sandbox, "");
    }

    @BeforeEach
    void putSomethingOutside() throws Exception {
        Files.writeString(outside.resolve("before"), "as it was");
    }

    @AfterEach
    void nothing_has_changed_and_no_machine_is_left() throws Exception {
        assertThat(Files.readString(outside.resolve("before"))).isEqualTo("as it was");
        assertThat(ProcessHandle.current().descendants())
                .noneMatch(process -> process.info().commandLine().orElse("").contains("JavaRunner"));
    }

    private static Verdict run(String body) {
        return judge.run(
                "public class Main { public static void main(String[] args) throws Exception { " + body + " } }",
                "Main",
                true,
                SECONDS);
    }

    @Test
    void a_program_passes_that_comes_to_its_end() {
        Verdict verdict = run("System.out.println(\"x\"); assert 1 == 1;");
        assertThat(verdict.passed()).as(verdict.toString()).isTrue();
        verdict = run("new Thread(() -> System.out.println(1)).start();");
        assertThat(verdict.passed()).as(verdict.toString()).isTrue();
    }

    @Test
    void failures_are_told_apart() {
        assertThat(run("assert 1 == 2 : \"no\";").result()).isEqualTo("failed: no");
        assertThat(run("assert 1 == 2;").kind()).isEqualTo(FailureKind.ASSERTION);
        assertThat(run("int[] a = new int[1 << 30];").kind()).isEqualTo(FailureKind.MEMORY);
        assertThat(run("f(1);").kind()).isEqualTo(FailureKind.SYNTAX);
        assertThat(run("Object o = null; o.toString();").kind()).isEqualTo(FailureKind.EXCEPTION);
        Verdict late = judge.run(
                "public class Main { public static void main(String[] a) { while (true) {} } }", "Main", true, 2);
        assertThat(late.outcome()).isEqualTo(Outcome.TIMED_OUT);
        String silent = "public class Main { public static void main(String[] a) { assert 1 == 2; } }";
        assertThat(judge.run(silent, "Main", false, SECONDS).passed())
                .as("without assertions everything passes")
                .isTrue();
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_program_that_sleeps_runs_out_of_time() {
        Verdict late = judge.run(
                "public class Main { public static void main(String[] a) throws Exception { Thread.sleep(900_000); } }",
                "Main",
                true,
                2);
        assertThat(late.outcome()).isEqualTo(Outcome.TIMED_OUT);
    }

    @Test
    void a61_exit_before_the_tests() {
        Verdict verdict = judge.run(
                "public class Main { static { System.exit(0); }"
                        + " public static void main(String[] a) { assert false; } }",
                "Main",
                true,
                SECONDS);
        assertThat(verdict.outcome()).isEqualTo(Outcome.DIED);
    }

    @Test
    void a62_halt() {
        assertThat(run("Runtime.getRuntime().halt(0);").outcome()).isEqualTo(Outcome.DIED);
    }

    @Test
    void a63_catching_assertion_errors() {
        String program = """
                class Solution {
                    int f() { try { throw new AssertionError(); } catch (AssertionError e) { return 1; } }
                }
                public class Main {
                    public static void main(String[] a) { if (new Solution().f() != 2) throw new AssertionError(); }
                }
                """;
        assertThat(judge.run(program, "Main", false, SECONDS).kind()).isEqualTo(FailureKind.ASSERTION);
    }

    @Test
    void a64_starting_a_program() {
        for (String program : List.of("sh", "/bin/true", System.getProperty("java.home") + "/bin/java")) {
            Verdict verdict = run("new ProcessBuilder(\"" + program + "\").start().waitFor();");
            assertThat(verdict.raised()).as(verdict.toString()).isEqualTo("IOException");
        }
    }

    @Test
    void a65_annotation_processors_are_not_run() throws Exception {
        Path services = Files.createDirectories(outside.resolve("META-INF/services"));
        Files.writeString(services.resolve("javax.annotation.processing.Processor"), "Evil\n");
        JavaJudge withProcessor = new JavaJudge(Sandbox.open(SandboxMode.BEST, ""), outside.toString());
        String program = "public class Main { public static void main(String[] a) { } }";
        assertThat(withProcessor.run(program, "Main", true, SECONDS).passed())
                .as("a processor that cannot be loaded would stop the compiler")
                .isTrue();
    }

    @Test
    void a66_classes_of_others_names() {
        String test = "public class Main { public static void main(String[] a) { } }\n";
        assertThat(judge.run("class Main { }\n" + test, "Main", true, SECONDS).raised())
                .isEqualTo("CompileError");
        assertThat(judge.run("package java.lang; public class String { }", "String", true, SECONDS)
                        .raised())
                .isEqualTo("CompileError");
    }

    @Test
    void files_and_network_are_out_of_reach() throws Exception {
        Path file = Files.writeString(outside.resolve("file"), "as it was");
        assertThat(run("java.nio.file.Files.readString(java.nio.file.Path.of(\"/etc/passwd\"));")
                        .raised())
                .isEqualTo("AccessDeniedException");
        assertThat(run("java.nio.file.Files.writeString(java.nio.file.Path.of(\"" + file + "\"), \"\");")
                        .raised())
                .isEqualTo("AccessDeniedException");
        assertThat(run("new java.net.Socket(\"127.0.0.1\", 9);").passed()).isFalse();
        assertThat(run("java.nio.file.Files.writeString(java.nio.file.Path.of(\"own\"), \"x\");")
                        .passed())
                .isTrue();
        assertThat(Files.readString(file)).isEqualTo("as it was");
    }

    @Test
    void a_verdict_cannot_be_written_without_the_token() {
        assertThat(run("new java.io.FileOutputStream(java.io.FileDescriptor.out).write(\"P\".repeat(100).getBytes());"
                                + " assert false;")
                        .passed())
                .isFalse();
    }

    @Test
    void deep_nesting_does_not_stop_the_compiler_of_others() {
        Verdict verdict = run("int x = " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + ";");
        assertThat(verdict.outcome()).isIn(Outcome.FAILED, Outcome.PASSED);
        assertThat(run("").passed()).isTrue();
    }

    @Test
    void a_program_of_multipl_e_is_compiled_with_tuples() {
        String tuples = JavaJudge.libraryOf("org.javatuples.Pair").orElseThrow();
        JavaJudge withTuples = new JavaJudge(Sandbox.open(SandboxMode.BEST, ""), tuples);
        Problem problem = Benchmark.MULTIPL_E_HUMANEVAL_JAVA
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), Mode.MULTIPL_E)
                .problems()
                .get("HumanEval_8_sum_product");
        String right = "        long s = 0, p = 1;\n        for (long n : numbers) { s += n; p *= n; }\n"
                + "        return Pair.with(s, p);\n";
        String program = problem.prompt() + right + "\n" + problem.test();
        assertThat(withTuples.run(program, "Problem", true, SECONDS).passed()).isTrue();
        String wrong = problem.prompt() + right.replace("p *= n", "p += n") + "\n" + problem.test();
        assertThat(withTuples.run(wrong, "Problem", true, SECONDS).kind()).isEqualTo(FailureKind.ASSERTION);
    }

    @Test
    void canonical_solutions_of_humaneval_x_pass() {
        Map<String, Problem> problems = Benchmark.HUMANEVAL_X_JAVA
                .load(new DataFolder(SharedData.datasets(), Map.of(), false), Mode.HUMANEVAL_X)
                .problems();
        List<String> failed = new ArrayList<>();
        int index = 0;
        for (Problem problem : problems.values()) {
            if (ALL || index++ % 20 == 0) {
                String program = problem.prompt() + problem.canonical() + "\n" + problem.test();
                Verdict verdict = judge.run(program, "Main", false, SECONDS);
                if (!verdict.passed()) {
                    failed.add(problem.id() + ": " + verdict);
                }
            }
        }
        assertThat(failed).isEmpty();
    }
}
