package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.testkit.Goldens;
import io.github.coda4j.testkit.ScriptedGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** What every command has in common: help, exit codes, one line for each problem. */
class CommandLineTest {
    private static final String MODEL = Goldens.path("model/a-untied").toString();

    private final Cli cli = new Cli();

    @Test
    void every_command_has_an_example_and_every_option_a_description() {
        List<CommandLine> commands = new ArrayList<>();
        collect(new Coda(cli.world(), cli.interrupt()).tree(), commands);
        assertThat(commands).hasSizeGreaterThan(16);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(name)
                    .isNotEmpty();
            assertThat(command.getUsageMessage())
                    .as(name)
                    .containsPattern("Examples?:\\R  (echo .* \\| )?" + name + "\\b");
            for (ArgSpec argument : command.getCommandSpec().args()) {
                assertThat(String.join("", argument.description()))
                        .as("%s: %s", name, argument.paramLabel())
                        .isNotBlank();
            }
        }
    }

    private static void collect(CommandLine command, List<CommandLine> all) {
        all.add(command);
        command.getSubcommands().values().forEach(below -> collect(below, all));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "train", "data", "bench", "calibrate", "export", "inspect"})
    void a_group_alone_names_what_stands_below_it(String group) {
        CommandLine command = new Coda(cli.world(), cli.interrupt()).tree();
        if (!group.isEmpty()) {
            command = command.getSubcommands().get(group);
        }
        assertThat(group.isEmpty() ? cli.run() : cli.run(group)).isEqualTo(2);
        assertThat(cli.err())
                .contains("no command given: "
                        + String.join(", ", command.getSubcommands().keySet()));
    }

    @Test
    void help_and_version_go_to_standard_output() {
        assertThat(cli.run("generate", "--help")).isZero();
        assertThat(cli.out()).contains("--max-new-tokens").contains("Answer a prompt");
        assertThat(cli.run("--version")).isZero();
        assertThat(cli.out()).containsPattern("coda4j \\d+\\.\\d+");
        assertThat(cli.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "genrate x ~ unknown command 'genrate'; did you mean generate?",
                "generate --step 3 x ~ unknown option --step; did you mean --steps?",
                "generate --max-tokens=3 x ~ unknown option --max-tokens; did you mean --max-new-tokens?",
                "inspect logit ~ unknown command 'logit'; did you mean logits?",
                "generate a b ~ unexpected argument 'b'",
                "generate --steps many x ~ 'many' is not a whole number (`coda",
                "generate --seed 1.5 x ~ '1.5' is not a whole number (`coda",
                "generate --temperature hot x ~ 'hot' is not a number (`coda",
                "generate --steps 1 --steps 2 x ~ '--steps' (N) should be specified only once",
                "init --out x ~ --preset",
                "quantize --out x ~ DIR|ID",
            })
    void a_wrong_command_line_costs_one_line_with_the_nearest_name_and_exit_code_2(String line, String message) {
        assertThat(cli.run(line.split(" "))).isEqualTo(2);
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .contains(message)
                .contains("--help` shows");
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void no_command_lists_the_commands() {
        assertThat(cli.run()).isEqualTo(2);
        assertThat(cli.run("inspect")).isEqualTo(2);
        assertThat(cli.run("eval")).isEqualTo(2);
        assertThat(cli.err())
                .contains(
                        "no TASK and no command given: a set such as humaneval, or prompts, generate, score, compare");
        assertThat(cli.err())
                .contains("generate, infill, chat")
                .contains("model, logits, trace, tokens, sampler, template");
    }

    @Test
    void bad_data_is_1_and_bad_arguments_are_2() {
        assertThat(cli.run("generate", "-m", "no/where/at-all", "x")).isEqualTo(1);
        assertThat(cli.run("generate", "-m", MODEL, "--top-p", "1.5", "x")).isEqualTo(2);
        assertThat(cli.err().lines())
                .containsExactly(
                        "coda: there is no model folder no/where/at-all; fetch the full one with `coda pull "
                                + "Salesforce/CoDA-v0-Instruct`",
                        "coda: --top-p must be in (0, 1], got 1.5");
    }

    @Test
    void a_missing_model_says_how_to_get_one() {
        assertThat(cli.run("generate", "x")).isEqualTo(2);
        assertThat(cli.err()).contains("--model DIR|ID").contains("coda pull").doesNotContain("coda init");
        assertThat(cli.run("chat", "-m", "Owner/Name")).isEqualTo(1);
        assertThat(cli.err()).contains("`coda pull Owner/Name` fetches it");
    }

    @Test
    void folders_without_a_model_say_what_is_missing(@TempDir Path folder) throws Exception {
        assertThat(cli.run("generate", "-m", folder.toString(), "x")).isEqualTo(1);
        Path file = Files.writeString(folder.resolve("model.safetensors"), "");
        assertThat(cli.run("infill", file.toString(), "--hole", "1:1-1:1", "-m", folder.toString()))
                .isEqualTo(1);
        assertThat(cli.run("chat", "-m", file.toString())).isEqualTo(1);
        assertThat(cli.run("generate", "-m", "", "x")).isEqualTo(2);
        assertThat(cli.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("is empty; fetch a model with `coda pull ID`"),
                        line -> assertThat(line).contains("has no config.json"),
                        line -> assertThat(line).contains("is a file, expected a model folder"),
                        line -> assertThat(line).contains("the model's name is empty"));
    }

    @Test
    void a_model_that_was_pulled_is_found_by_its_id(@TempDir Path cache) throws Exception {
        Path folder = Files.createDirectories(cache.resolve("models/Owner--Name/0123"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(Goldens.path("model/a-untied/" + name), folder.resolve(name));
        }
        Path refs = Files.createDirectories(folder.resolveSibling(".refs"));
        Files.writeString(refs.resolve("main"), "0123\n");
        assertThat(cli.env("CODA_CACHE", cache.toString()).run("generate", "-m", "Owner/Name", "x"))
                .isZero();
        assertThat(cli.loaded()).hasSize(1);
    }

    @Test
    void unexpected_problems_are_one_line_unless_debugging() {
        cli.with(new ScriptedGenerator(_ -> {
            throw new IllegalStateException("odd\nand long");
        }));
        assertThat(cli.run("generate", "-m", MODEL, "x")).isEqualTo(1);
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .startsWith("coda: internal error: ")
                .contains("odd; and long")
                .endsWith("run with --debug for the stack trace");
        assertThat(cli.run("--debug", "generate", "-m", MODEL, "x")).isEqualTo(1);
        assertThat(cli.run("generate", "--debug", "-m", MODEL, "x")).isEqualTo(1);
        assertThat(cli.err().split("\tat io.github.coda4j.cli.answer.GenerateCommand.call", -1))
                .hasSizeGreaterThan(2);
    }

    @Test
    void a_failing_request_closes_the_model_and_tells_what_was_wrong() {
        cli.with(new ScriptedGenerator(_ -> {
            throw new CodaException("weights hold NaN");
        }));
        assertThat(cli.run("generate", "-m", MODEL, "x")).isEqualTo(1);
        assertThat(cli.err()).isEqualTo("coda: weights hold NaN\n");
        assertThat(cli.closed()).isTrue();
    }

    @Test
    void the_nearest_name_is_the_one_with_the_fewest_edits() {
        List<String> names = List.of("steps", "seed", "temperature");
        assertThat(Nearest.of("step", names)).contains("steps");
        assertThat(Nearest.of("sede", names)).contains("seed");
        assertThat(Nearest.of("temprature", names)).contains("temperature");
        assertThat(Nearest.of("temp", names)).contains("temperature");
        assertThat(Nearest.of("frobnicate", names)).isEmpty();
        assertThat(Nearest.distance("ab", "ba")).isEqualTo(1);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    }
}
