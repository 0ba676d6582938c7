package io.github.coda4j.cli.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.cli.app.Cli;
import io.github.coda4j.decode.commit.MaskGitPlus;
import io.github.coda4j.files.Json;
import io.github.coda4j.generate.Engine;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.ExampleProject;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commit policy of docs/extending, compiled as somebody else's project and named on the command line. */
@Tag("slow")
class OwnPolicyTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    @TempDir
    Path folder;

    private final Engine engine = new Engine(
            new RuleDenoiser(512, (_, position) -> '0' + position % 10),
            new ByteTokenizer(),
            new EngineOptions(1, 0, 4096));
    private final Cli cli = new Cli().with(engine);
    private ExampleProject example;
    private Path file;

    @BeforeEach
    void compileExample() throws Exception {
        example = ExampleProject.compile(ExampleProject.EXTENDING, Files.createDirectory(folder.resolve("classes")));
        file = Files.writeString(folder.resolve("one.java"), "int a = <|hole|>;\n");
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
        example.close();
    }

    @Test
    void it_answers_from_the_edges_of_the_hole() throws Exception {
        assertThat(infill("--tokens", "7", "--alg", "com.example.OutsideIn", "--json"))
                .isZero();
        JsonNode two = Json.parse(cli.out(), "the output");
        assertThat(two.get("text").textValue()).isEqualTo("int a = 7890123;\n");
        assertThat(two.at("/cost/forwards").intValue()).isEqualTo(4);
    }

    @Test
    void its_parameter_comes_from_flag_and_environment() throws Exception {
        assertThat(infill("--tokens", "7", "--alg", "com.example.OutsideIn", "--alg-param", "most=1", "--show-meta"))
                .isZero();
        cli.env("ALG", "com.example.OutsideIn").env("ALG_PARAM", "most=1");
        assertThat(infill("--tokens", "7", "--show-meta")).isZero();
        assertThat(cli.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("; 7 forwards"));
    }

    @Test
    void a_chat_takes_parameters_given_twice_and_set_later() throws Exception {
        ScriptedGenerator generator = ScriptedGenerator.always(ScriptedGenerator.Script.says("answer"));
        String[] chat = {"chat", "-m", MODEL, "--alg", "maskgit_plus", "--alg-param"};
        cli.with(generator).stdin("one\n/set alg-param alg_temp=0.5\ntwo\n/set alg-param alg_tmp=1\nthree\n");
        assertThat(cli.run(with(chat, "alg_temp=0.75"))).isEqualTo(2);
        assertThat(generator.requests().stream().map(request -> request.decode().commit()))
                .containsExactly(new MaskGitPlus(0.75), new MaskGitPlus(0.5));
        assertThat(cli.run(with(chat, "alg_tmp=1", "--alg-param", "alg_temp=0.5")))
                .isEqualTo(2);
        assertThat(cli.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("--alg-param alg_tmp is no parameter of --alg maskgit_plus: it has alg_temp"));
    }

    @Test
    void what_it_does_not_take_is_refused_in_one_line() throws Exception {
        String[][] wrong = {
            {"--alg-param", "most=0"},
            {"--alg-param", "mst=2"},
            {"--alg-temp", "0.5"},
            {"--eps", "0.1"},
            {"--alg-param", "most"},
        };
        for (String[] flags : wrong) {
            assertThat(infill("--alg", "com.example.OutsideIn", flags[0], flags[1]))
                    .isEqualTo(2);
        }
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("coda: --alg-param most must be a whole number of at least 1, got 0.0"),
                        line -> assertThat(line)
                                .isEqualTo("coda: --alg-param mst is no parameter of --alg com.example.OutsideIn:"
                                        + " it has most; did you mean most?"),
                        line -> assertThat(line)
                                .startsWith("coda: --alg-temp 0.5 has no effect with --alg com.example.OutsideIn"),
                        line -> assertThat(line)
                                .startsWith("coda: --eps 0.1 has no effect with --alg com.example.OutsideIn"),
                        line -> assertThat(line).contains("should be in KEY=VALUE"));
    }

    @Test
    void without_it_on_the_class_path_the_name_is_unknown() {
        assertThat(cli.run("infill", file.toString(), "-m", MODEL, "--alg", "com.example.OutsideIn"))
                .isEqualTo(2);
        assertThat(cli.err()).startsWith("coda: --alg 'com.example.OutsideIn' is not on the class path");
    }

    @Test
    void help_lists_every_policy_and_a_flag_for_each_parameter() {
        assertThat(cli.run("infill", "--help")).isZero();
        assertThat(cli.out().replaceAll("\\s+", " "))
                .contains("(default: entropy): - origin: positions at random")
                .contains("- topk_margin: tokens that are far ahead of the second best first")
                .contains("--alg-temp=X")
                .contains("--threshold=P")
                .contains("With --alg confidence_threshold, hierarchy, local_leap,")
                .contains("--alg-param=NAME=X");
    }

    private int infill(String... flags) throws Exception {
        String[] infill = {"infill", file.toString(), "-m", MODEL};
        return example.call(() -> cli.run(with(infill, flags)));
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }
}
