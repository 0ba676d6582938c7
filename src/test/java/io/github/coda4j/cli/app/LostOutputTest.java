package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard output that cannot be written. */
@Tag("slow")
class LostOutputTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    /** Takes so many bytes and fails then. */
    private static final class Failing extends OutputStream {
        private final String reason;
        private int room;

        Failing(int room, String reason) {
            this.room = room;
            this.reason = reason;
        }

        @Override
        public void write(int b) throws IOException {
            if (--room < 0) {
                throw new IOException(reason);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--version",
                "--help",
                "generate --help",
                "generate -m MODEL x",
                "generate -m MODEL --json x",
                "infill -m MODEL FILE",
                "infill -m MODEL FILE --diff",
                "chat -m MODEL",
                "inspect model MODEL",
                "inspect tokens -m models/coda-mini --text x",
                "demo -m MODEL",
            })
    void a_full_disk_is_one_line_and_exit_code_1(String line) throws IOException {
        assertThat(run(line, new Failing(3, "No space left on device"))).isEqualTo(1);
        assertThat(cli.err()).isEqualTo("coda: cannot write standard output: No space left on device\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "generate -m MODEL x", "infill -m MODEL FILE", "inspect model MODEL", "demo -m MODEL"})
    void a_reader_that_went_away_is_told_nothing(String line) throws IOException {
        assertThat(run(line, new Failing(0, "Broken pipe"))).isEqualTo(141);
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void a_closed_output_says_so() throws IOException {
        assertThat(run("inspect model MODEL", new Failing(0, "Bad file descriptor")))
                .isEqualTo(1);
        assertThat(cli.err()).isEqualTo("coda: cannot write standard output: it is closed\n");
    }

    @Test
    void a_command_that_prints_nothing_does_not_care() throws IOException {
        Path file = file();
        assertThat(cli.writingTo(new Failing(0, "Bad file descriptor"))
                        .run("infill", "-m", MODEL, file.toString(), "--in-place"))
                .isZero();
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void a_mistake_is_still_told() throws IOException {
        assertThat(run("generate -m no-such-model x", new Failing(0, "Broken pipe")))
                .isEqualTo(1);
        assertThat(cli.err()).contains("no-such-model");
    }

    private int run(String line, OutputStream out) throws IOException {
        cli.with(ScriptedGenerator.always(Script.says("answer"))).stdin("hello");
        String[] arguments =
                line.replace("MODEL", MODEL).replace("FILE", file().toString()).split(" ");
        return cli.writingTo(out).run(arguments);
    }

    private Path file() throws IOException {
        return Files.writeString(folder.resolve("text"), "a<|hole|>b");
    }

    @Test
    @Tag("process")
    @EnabledOnOs(OS.LINUX)
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void a_process_whose_output_is_full_closed_or_not_read_ends_accordingly() throws Exception {
        String text = "inspect tokens -m models/coda-mini --text x";
        assertThat(process("exec \"$@\" >/dev/full", text))
                .isEqualTo("1 coda: cannot write standard output: No space left on device\n");
        assertThat(process("exec \"$@\" 1</dev/null", text))
                .isEqualTo("1 coda: cannot write standard output: it is closed\n");
        assertThat(process("\"$@\" | true; exit ${PIPESTATUS[0]}", text)).isIn("141 ", "0 ");
    }

    @Test
    @Tag("process")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void standard_error_is_taken_back_from_the_launcher_s_filter_by_the_process_that_it_was_kept_for()
            throws Exception {
        assertThat(process("export JAVA_TOOL_OPTIONS=-Dcoda.stderr=9:$$; exec \"$@\" 9>&2 2>/dev/null", "nonsense"))
                .startsWith("2 coda: unknown command 'nonsense'");
        assertThat(process("export JAVA_TOOL_OPTIONS=-Dcoda.stderr=9:1; exec \"$@\" 9>&2 2>/dev/null", "nonsense"))
                .isEqualTo("2 ");
    }

    /** Runs the command in a shell and gives its exit code and standard error without the JVM's own warnings. */
    private String process(String shell, String arguments) throws Exception {
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>(List.of("bash", "-c", shell, "bash"));
        command.addAll(KilledProcessTest.command(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        int code = process.waitFor();
        String told = Files.readString(err)
                .replaceAll("(?m)^(WARNING: Using incubator modules|Picked up JAVA_TOOL_OPTIONS).*\\R", "");
        return code + " " + told;
    }
}
