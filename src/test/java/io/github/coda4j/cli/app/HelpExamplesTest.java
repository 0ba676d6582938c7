package io.github.coda4j.cli.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The examples in the help do what they are there for, as they are printed, in the project's folder. */
@Tag("slow")
class HelpExamplesTest {
    /**
     * What is not run here and why: it needs a network, the full model, published sets of tasks, a person's own files,
     * minutes, what was made elsewhere, or no end.
     */
    private static final Pattern NOT_RUN =
            Pattern.compile("coda (pull|train|data|bench|serve|join)( .*)?|coda eval [a-z-]+ (?!--help).*"
                    + "|.*Salesforce/.*|.*SEU-ZZH/.*"
                    + "|.* models/qwen .*|coda demo --page");

    private static final Pattern PART = Pattern.compile("'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");
    private static final Pattern README_ROW = Pattern.compile("\\| `(.*\\./coda .*)` \\| (.*`.*) \\|");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Pattern PATH = Pattern.compile("(examples|models|recipes|data|runs)/.*|src");

    @TempDir
    Path folder;

    /** One command of an example, and what is piped into it. */
    private record Example(String line, List<String> arguments, String input) {}

    @Test
    void every_example_can_be_parsed() {
        Cli cli = new Cli();
        CommandLine tree = new Coda(cli.world(), cli.interrupt()).tree();
        for (Example example : examples()) {
            assertThatCode(() -> tree.parseArgs(example.arguments().toArray(String[]::new)))
                    .as(example.line())
                    .doesNotThrowAnyException();
        }
    }

    /** A line that is broken in the help is one only behind a backslash: otherwise a shell runs its parts. */
    @Test
    void every_example_can_be_copied_from_the_help() {
        Cli cli = new Cli();
        for (CommandLine command : all(new Coda(cli.world(), cli.interrupt()).tree())) {
            String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
            assertThat(help.lines()).allMatch(line -> line.length() <= 100);
            assertThat(help.replaceAll(" \\\\\n +", " ").lines())
                    .contains(Stream.of(command.getCommandSpec().usageMessage().footer())
                            .filter(line -> line.startsWith("  "))
                            .toArray(String[]::new));
        }
    }

    @Test
    void the_list_of_commands_says_whole_sentences() {
        Cli cli = new Cli();
        assertThat(all(new Coda(cli.world(), cli.interrupt()).tree()))
                .allSatisfy(command -> assertThat(
                                command.getCommandSpec().usageMessage().description()[0])
                        .as(command.getCommandName())
                        .endsWith("."));
    }

    @Test
    void what_an_example_reads_is_in_the_project_or_made_by_another_example() {
        // The tokenizer is made by --new-tokenizer, coda-mini's data by its recipe.
        Set<String> made = new TreeSet<>(List.of("data/small/tokenizer", "data/coda-mini/code"));
        for (Example example : examples()) {
            int out = example.arguments().indexOf("--out");
            if (out >= 0) {
                made.add(example.arguments().get(out + 1));
            }
        }
        for (Example example : examples()) {
            for (String argument : example.arguments()) {
                String path = argument.replaceFirst("^[a-z.]+=", "").replaceFirst("(?<=/.{1,20})/model$", "");
                if (PATH.matcher(path).matches() && !made.contains(path)) {
                    assertThat(Path.of(path)).as(example.line()).exists();
                }
            }
        }
    }

    @Test
    void examples_for_the_model_in_the_box_run_as_printed() throws Exception {
        int run = 0;
        for (Example example : examples()) {
            if (NOT_RUN.matcher(example.line()).matches()) {
                continue;
            }
            List<String> arguments = new ArrayList<>(example.arguments());
            int out = arguments.indexOf("--out");
            if (out >= 0) {
                Path target = folder.resolve("out" + run).resolve(arguments.get(out + 1));
                Files.createDirectories(target.getParent());
                arguments.set(out + 1, target.toString());
            }
            Cli cli = new Cli().real().stdin(example.input());
            assertThat(cli.run(arguments.toArray(String[]::new)))
                    .as(example.line() + ": " + cli.err())
                    .isZero();
            assertThat(cli.out().isEmpty() && out < 0).as(example.line()).isFalse();
            run++;
        }
        assertThat(run).isGreaterThan(15);
    }

    /** A row of the README's table: a command, and what comes out, of which the code is in the output. */
    @Test
    void what_the_readme_promises_of_the_model_in_the_box_comes_out() throws Exception {
        Map<String, String> rows = Files.readAllLines(Path.of("README.md")).stream()
                .map(README_ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(row -> row.group(1).replace("\\|", "|"), row -> row.group(2)));
        assertThat(rows).hasSize(4);
        Set<List<String>> inHelp = examples().stream().map(Example::arguments).collect(Collectors.toSet());
        rows.forEach((line, promise) -> {
            Example example = example(line.replace("./coda", "coda"));
            assertThat(inHelp).as("an example of the help too").contains(example.arguments());
            assertThat(CODE.matcher(promise).results().map(code -> code.group(1)))
                    .as(promise)
                    .isNotEmpty()
                    .allSatisfy(code -> assertThat(printed(example)).contains(code));
        });
    }

    private static String printed(Example example) {
        Cli cli = new Cli().real().stdin(example.input());
        assertThat(cli.run(example.arguments().toArray(String[]::new)))
                .as(cli.err())
                .isZero();
        return cli.out();
    }

    @Test
    void a_chat_with_the_model_in_the_box_shows_code() {
        Example chat = examples().stream()
                .filter(example -> example.line().endsWith("coda chat --max-new-tokens 16"))
                .findFirst()
                .orElseThrow();
        assertThat(printed(chat)).contains("public String getName() {").doesNotContain("</think>");
    }

    private static Set<Example> examples() {
        Cli cli = new Cli();
        Set<Example> examples = new LinkedHashSet<>();
        for (CommandLine command : all(new Coda(cli.world(), cli.interrupt()).tree())) {
            Stream.of(command.getCommandSpec().usageMessage().footer())
                    .filter(line -> line.startsWith("  coda ") || line.startsWith("  echo "))
                    .flatMap(line -> Stream.of(line.strip().split(" && ")))
                    .map(HelpExamplesTest::example)
                    .forEach(examples::add);
        }
        assertThat(examples).hasSizeGreaterThan(30);
        return examples;
    }

    /** The command, and all below it. */
    private static List<CommandLine> all(CommandLine command) {
        return Stream.concat(
                        Stream.of(command),
                        command.getSubcommands().values().stream().flatMap(below -> all(below).stream()))
                .toList();
    }

    private static Example example(String line) {
        List<List<String>> piped =
                Stream.of(line.split(" \\| ")).map(HelpExamplesTest::words).toList();
        List<String> words = piped.stream()
                .filter(part -> part.getFirst().equals("coda"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(line));
        String input =
                piped.getFirst().getFirst().equals("echo") ? piped.getFirst().get(1) + "\n" : "";
        return new Example(line.strip(), List.copyOf(words.subList(1, words.size())), input);
    }

    /** As a shell takes a simple line apart. */
    private static List<String> words(String line) {
        return PART.matcher(line)
                .results()
                .map(part -> part.group(1) != null
                        ? part.group(1)
                        : part.group(2) != null ? part.group(2).replace("\\\"", "\"") : part.group(3))
                .toList();
    }
}
