package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Prompt;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ScriptedGenerator;
import io.github.coda4j.testkit.ScriptedGenerator.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments mean what they say: they are not replaced by files, and what cannot be read is not guessed. */
class LiteralArgumentsTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final ScriptedGenerator generator = ScriptedGenerator.always(Script.says("answer"));
    private final Cli cli = new Cli().with(generator);
    private String atFile;

    @BeforeEach
    void makeFile() throws IOException {
        atFile = "@" + Files.writeString(folder.resolve("secret"), "alpha --steps 7");
    }

    @Test
    void a_prompt_that_names_a_file_stays_what_it_is() {
        assertThat(cli.run("generate", "-m", MODEL, "--raw", atFile)).isZero();
        assertThat(cli.run("generate", "-m", MODEL, "--raw", "--", atFile)).isZero();
        assertThat(generator.requests())
                .extracting(LiteralArgumentsTest::prompt)
                .containsOnly(atFile);
    }

    @Test
    void so_do_the_values_of_options() {
        assertThat(cli.run("generate", "-m", MODEL, "--system", atFile, "--stop", atFile, "x"))
                .isZero();
        assertThat(prompt(generator.requests().getFirst())).contains("<|im_start|>system\n" + atFile + "<|im_end|>");
        assertThat(generator.requests().getFirst().stopStrings()).containsExactly(atFile);
        assertThat(cli.run("inspect", "tokens", "-m", "models/coda-mini", "--text", atFile))
                .as(cli.err())
                .isZero();
        assertThat(cli.out()).doesNotContain("alpha");
    }

    @Test
    void so_do_settings_in_a_chat_and_settings_of_a_training() {
        assertThat(cli.stdin("/set alg " + atFile).run("chat", "-m", MODEL)).isEqualTo(2);
        assertThat(cli.err()).contains(atFile).doesNotContain("alpha");
        assertThat(cli.run("train", "pretrain", "--config", "recipes/small/pretrain.yaml", "--out", "x", atFile))
                .isEqualTo(2);
        assertThat(cli.err()).contains(atFile).doesNotContain("alpha");
    }

    @Test
    void behind_two_dashes_there_are_no_options() {
        cli.with(new ScriptedGenerator(request -> {
            throw new IllegalStateException(prompt(request));
        }));
        assertThat(cli.run("generate", "-m", MODEL, "--raw", "--", "--debug")).isEqualTo(1);
        assertThat(cli.err()).contains("internal error").contains("--debug for the stack trace");
        assertThat(cli.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "-Dhttps.proxyHost=localhost, a proxy is taken from HTTPS_PROXY",
        "-Xmx4g, CODA_JAVA_OPTS",
        "-XX:+UseG1GC, CODA_JAVA_OPTS",
    })
    void an_option_of_the_jvm_is_told_where_it_belongs(String option, String advice) {
        assertThat(cli.run(option, "pull", "a/b")).isEqualTo(2);
        assertThat(cli.err())
                .contains("is an option of the JVM")
                .contains(advice)
                .doesNotContain("unknown option");
    }

    @Test
    void characters_that_the_locale_lacks_are_refused_instead_of_lost() {
        cli.property("sun.jnu.encoding", "ANSI_X3.4-1968");
        assertThat(cli.run("generate", "-m", MODEL, "gr\uFFFD\uFFFDe")).isEqualTo(2);
        assertThat(cli.err()).contains("the locale's encoding ANSI_X3.4-1968").contains("LC_ALL=C.UTF-8");
        assertThat(generator.requests()).isEmpty();
        assertThat(cli.run("generate", "-m", MODEL, "plain")).isZero();
        assertThat(cli.property("sun.jnu.encoding", "UTF-8").run("generate", "-m", MODEL, "given \uFFFD"))
                .isZero();
    }

    private static String prompt(GenerateRequest request) {
        return ((Prompt.Marked) request.prompt()).text().text();
    }
}
