package io.github.coda4j.cli.help;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The script with which fish completes commands and options. */
final class FishCompletion {
    private static final String HEAD = """
            # Completions of coda for fish; made by `coda completion fish`.

            # The words typed so far that are no options.
            function __coda_words
                set -l typed (commandline -opc)
                string match -v -- '-*' $typed[2..-1]
            end

            # Whether the first of them are these.
            function __coda_under
                set -l words (__coda_words)
                test (count $words) -ge (count $argv); or return 1
                for i in (seq (count $argv))
                    test "$words[$i]" = "$argv[$i]"; or return 1
                end
            end

            # Whether they are these and no others.
            function __coda_at
                __coda_under $argv; and test (count (__coda_words)) -eq (count $argv)
            end

            """;

    private FishCompletion() {}

    static String of(CommandLine root) {
        StringBuilder script = new StringBuilder(HEAD);
        String name = root.getCommandName();
        for (CommandLine command : CommandPath.all(root)) {
            List<String> path = CommandPath.of(command);
            command.getSubcommands()
                    .values()
                    .forEach(below -> script.append(line(
                            name,
                            condition("__coda_at", path),
                            "-f",
                            "-a " + below.getCommandName(),
                            "-d " + quoted(CommandPath.summary(below)))));
            for (OptionSpec option : command.getCommandSpec().options()) {
                List<String> parts = new ArrayList<>(List.of(name, condition("__coda_under", path)));
                for (String spelling : option.names()) {
                    parts.add(
                            spelling.startsWith("--") ? "-l " + spelling.substring(2) : "-s " + spelling.substring(1));
                }
                if (option.arity().max() > 0) {
                    parts.add("-r");
                }
                parts.add("-d " + quoted(CommandPath.lines(option).getFirst()));
                script.append(line(parts.toArray(String[]::new)));
            }
        }
        return script.toString();
    }

    private static String line(String... parts) {
        return "complete -c " + String.join(" ", parts) + "\n";
    }

    private static String condition(String function, List<String> path) {
        return "-n '" + (function + " " + String.join(" ", path)).strip() + "'";
    }

    /** In single quotes, where only they and backslashes are special. */
    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
