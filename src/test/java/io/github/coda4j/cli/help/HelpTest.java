package io.github.coda4j.cli.help;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.coda4j.cli.app.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help by name, completion for shells and manual pages. */
class HelpTest {
    @TempDir
    Path folder;

    private final Cli cli = new Cli();

    @ParameterizedTest
    @ValueSource(strings = {"infill", "train pretrain", "inspect model", "help", ""})
    void help_by_name_is_what_the_command_itself_shows(String command) {
        assertThat(cli.run(("help " + command).strip().split(" "))).isZero();
        Cli own = new Cli();
        assertThat(own.run((command + " --help").strip().split(" "))).isZero();
        assertThat(cli.out()).isNotBlank().isEqualTo(own.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "help infil ~ there is no command 'infil'; did you mean infill?",
                "help train pretain ~ there is no command 'train pretain'; did you mean pretrain?",
                "man infil ~ there is no command 'infil'; did you mean infill?",
                "man infill --out x ~ --out writes the pages of all commands",
                "completion fsh ~ no completion is known for 'fsh'; did you mean fish?; known: bash, zsh, fish",
            })
    void what_there_is_not_is_refused_with_the_nearest(String line, String message) {
        assertThat(cli.run(line.split(" "))).isEqualTo(2);
        assertThat(cli.err().lines()).singleElement().asString().contains(message);
    }

    @Test
    void fish_completes_the_commands_and_options_of_every_level() {
        assertThat(cli.run("completion", "fish")).isZero();
        assertThat(cli.out().lines())
                .contains(
                        "complete -c coda -n '__coda_at' -f -a infill -d 'Fill the holes of files, seeing the "
                                + "text on both "
                                + "sides of each.'",
                        "complete -c coda -n '__coda_under infill' -l diff -d 'Print the change as a unified "
                                + "diff instead of "
                                + "the whole text.'")
                .anyMatch(line -> line.startsWith("complete -c coda -n '__coda_at train' -f -a pretrain -d "))
                .anyMatch(line ->
                        line.startsWith("complete -c coda -n '__coda_under infill' -s m -l model -r -d 'Model folder"))
                .filteredOn(line -> line.startsWith("complete "))
                .as("quotes inside are escaped")
                .allMatch(line -> Pattern.matches(
                        "complete -c coda -n '[a-z_ -]*'( -[fr]| -[als] [\\w-]+)* -d '([^'\\\\]|\\\\.)*'", line));
    }

    @Test
    @Tag("process")
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts are for Unix shells")
    void bash_completes_commands_and_options() throws Exception {
        assertThat(cli.run("completion", "bash")).isZero();
        Path script = Files.writeString(folder.resolve("coda.bash"), cli.out());
        assertThat(completions(script, "coda inf")).containsExactly("infill");
        assertThat(completions(script, "coda infill --in")).containsExactly("--in-place");
        assertThat(completions(script, "coda train pre")).containsExactly("pretrain");
        Cli zsh = new Cli();
        assertThat(zsh.run("completion", "zsh")).isZero();
        assertThat(zsh.out()).isEqualTo(cli.out()).contains("$ZSH_VERSION").contains("bashcompinit");
    }

    private static List<String> completions(Path script, String line) throws Exception {
        String words = "COMP_WORDS=(" + line + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE='" + line + "'; ";
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "compopt() { :; }; . \"$0\"; " + words + "_complete_coda; printf '%s\\n' \"${COMPREPLY[@]}\"",
                        script.toString())
                .redirectErrorStream(true)
                .start();
        List<String> shown = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(bash.waitFor()).as("%s", shown).isZero();
        return shown;
    }

    @Test
    void every_command_has_a_manual_page() throws IOException {
        Path pages = folder.resolve("man/man1");
        assertThat(cli.run("man", "--out", pages.toString())).isZero();
        List<String> names;
        try (Stream<Path> files = Files.list(pages)) {
            names = files.map(file -> file.getFileName().toString()).sorted().toList();
        }
        assertThat(names).contains("coda.1", "coda-infill.1", "coda-train-pretrain.1", "coda-man.1");
        assertThat(cli.out()).isEqualTo(names.size() + " pages in " + pages + "\n");
        for (String name : names) {
            assertThat(Files.readAllLines(pages.resolve(name)))
                    .as(name)
                    .allMatch(line -> !line.startsWith("'"), "no line begins a request by accident")
                    .allMatch(line -> !line.startsWith(".") || line.matches("\\.(TH|SH|PP|TP|br|nf|fi)( \".*\")*"))
                    .contains(".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"DESCRIPTION\"", ".SH \"EXAMPLES\"");
        }
    }

    @Test
    void a_page_says_what_the_help_says() {
        assertThat(cli.run("man", "infill")).isZero();
        assertThat(cli.out())
                .startsWith(".TH \"CODA-INFILL\" \"1\" \"\" \"coda4j ")
                .contains("coda-infill \\- Fill the holes of files, seeing the text on both sides of each\n")
                .contains(".SH \"DESCRIPTION\"\n.PP\nFill the holes of files")
                .contains(".PP\nHoles are <|hole|> markers in a file, or ranges given with \\-\\-hole.")
                .contains(".TP\n\\fB\\-m\\fR, \\fB\\-\\-model\\fR=\\fIDIR|ID\\fR\nModel folder")
                .contains(".TP\n\\fIFILE\\fR\nUTF\\-8 text files; \\- is standard input.")
                .contains("coda infill examples/Account.java \\-\\-diff\n")
                .contains("\\fBcoda\\fR(1)");
    }
}
