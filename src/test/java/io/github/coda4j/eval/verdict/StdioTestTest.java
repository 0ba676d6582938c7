package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.eval.python.PythonInterpreter;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that read and write. */
@Tag("process")
@ExtendWith(WholeSandbox.class)
class StdioTestTest {
    private static final List<StdioTest> SUMS =
            List.of(new StdioTest("1 2\r\n", List.of("3")), new StdioTest("4 -6", List.of("none", "-2")));
    private static final double SECONDS = 20;

    private static PythonJudge python;
    private static JavaJudge java;

    @BeforeAll
    static void open() {
        Sandbox sandbox = Sandbox.open(SandboxMode.BEST, "");
        python = new PythonJudge(PythonInterpreter.find(Optional.empty(), System.getenv()), sandbox);
        java = new JavaJudge(sandbox, "");
    }

    @AfterAll
    static void close() {
        if (python != null) {
            python.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3,3,true",
        "3,'3\n',true",
        "3,'  3.0000000000001 ',true",
        "3,3.1,false",
        "'1 2\n3','1 2  \n 3\n',true",
        "'1 2\n3','1\n2 3',true",
        "'1 2','1 2 3',false",
        "YES,yes,true",
        "Maybe,maybe,false",
        "12345678901234567890123456789,12345678901234567890123456788,false",
        "a1,a1.0,false",
        "1,1e999999999,false",
        "0,-0.0,true"
    })
    void outputs_are_compared_as_execeval_compares(String wanted, String given, boolean same) {
        assertThat(new StdioTest("", List.of(wanted)).accepts(given)).isEqualTo(same);
    }

    private static Verdict python(String program) {
        return python.runOn(SUMS, program, 2);
    }

    @Test
    void a_python_program_is_a_script_of_its_own() {
        String sum = "a, b = map(int, input().split())\n";
        assertThat(python(sum + "print(a + b)").passed()).isTrue();
        assertThat(python("import sys\nif __name__ == '__main__':\n    x = sys.stdin.buffer.read().split()\n"
                                + "    sys.stdout.write(str(sum(map(int, x))))\n    sys.exit()")
                        .passed())
                .isTrue();
        assertThat(python("import os\n" + sum + "os.write(1, str(a + b).encode())\nassert a == b, 'off by -OO'")
                        .passed())
                .isTrue();
        assertThat(python("import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(1 << 26)\n"
                                + "def main():\n    " + sum + "    print(a + b)\nthreading.Thread(target=main).start()")
                        .passed())
                .as("threads are awaited")
                .isTrue();
        assertThat(python(sum + "def f(n): return 0 if n == 0 else f(n - 1)\nf(990)\nprint(a + b)")
                        .passed())
                .as("as deep as in a script")
                .isTrue();
    }

    @Test
    void failures_of_python_programs_are_told_apart() {
        assertThat(python("print(3)").result()).isEqualTo("failed: wrong output");
        assertThat(python("print(3)\nraise ValueError").result()).isEqualTo("failed: ValueError");
        assertThat(python("def f(").kind()).isEqualTo(FailureKind.SYNTAX);
        assertThat(python("import nothing_of_this_name").kind()).isEqualTo(FailureKind.IMPORT);
        assertThat(python("print(3)\nimport sys\nsys.exit(3)").result()).startsWith("failed: exit status");
        assertThat(python("while True: pass").outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(python("while True: print('x' * 1000)").result()).isEqualTo("failed: too much output");
        assertThat(python("import os\nos._exit(0)").passed())
                .as("nothing was written")
                .isFalse();
        assertThat(python("open('/etc/passwd').read()").raised()).isEqualTo("PermissionError");
        assertThat(python("import posix\nposix.fork()").raised()).isEqualTo("PermissionError");
        assertThat(python("\0").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(python("print('\ud800')").outcome()).isEqualTo(Outcome.FAILED);
    }

    private static Verdict java(String body) {
        return java.runOn(
                SUMS,
                "import java.util.*;\nclass Helper { static int add(int a, int b) { return a + b; } }\n"
                        + "public final class D { public static void main(String[] args) throws Exception {\n"
                        + "Scanner in = new Scanner(System.in);\n" + body + " } }",
                SECONDS);
    }

    @Test
    void a_java_program_may_have_any_name_and_end_as_it_likes() {
        assertThat(java("System.out.println(Helper.add(in.nextInt(), in.nextInt()));")
                        .passed())
                .isTrue();
        Verdict verdict = java.runOn(
                SUMS,
                "class Solver { }\nclass Z { static void main(String[] a) throws Exception {"
                        + " int x = new java.util.Scanner(new java.io.FileInputStream(java.io.FileDescriptor.in))"
                        + ".nextInt(); System.out.print(x == 1 ? 3 : -2); System.exit(0); } }",
                SECONDS);
        assertThat(verdict.passed()).as(verdict.toString()).isTrue();
    }

    @Test
    void failures_of_java_programs_are_told_apart() {
        assertThat(java("System.out.println(3);").result()).isEqualTo("failed: wrong output");
        assertThat(java("System.out.println(3); throw new IllegalStateException();")
                        .raised())
                .isEqualTo("IllegalStateException");
        assertThat(java("System.exit(4);").result()).isEqualTo("failed: exit code 4");
        assertThat(java("int x = ;").kind()).isEqualTo(FailureKind.SYNTAX);
        assertThat(java.runOn(SUMS, "class A { }", SECONDS).raised()).isEqualTo("NoSuchMethodException");
        assertThat(java("java.nio.file.Files.readString(" + Path.class.getName() + ".of(\"/etc/passwd\"));")
                        .raised())
                .isEqualTo("AccessDeniedException");
    }
}
