package io.github.coda4j.cli.help;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of a command, in the language of man(7), from what its help says. */
final class ManPage {
    private static final String SECTION = "1";

    private final CommandLine command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandLine command) {
        this.command = command;
    }

    /** Its name without the section, for example {@code coda-train-pretrain}. */
    static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName("-");
    }

    /** @param version what the page says at its foot */
    static String of(CommandLine command, String version) {
        return new ManPage(command).write(version);
    }

    private String write(String version) {
        CommandSpec spec = command.getCommandSpec();
        macro("TH", name(command).toUpperCase(Locale.ROOT), SECTION, "", version, "coda manual");
        macro("SH", "NAME");
        text(name(command) + " \\- " + escaped(withoutStop(CommandPath.summary(command))));
        macro("SH", "SYNOPSIS");
        synopsis();
        macro("SH", "DESCRIPTION");
        for (String paragraph : CommandPath.paragraphs(spec.usageMessage().description())) {
            macro("PP");
            text(escaped(paragraph));
        }
        arguments("ARGUMENTS", spec.positionalParameters());
        arguments("OPTIONS", spec.options());
        if (!command.getSubcommands().isEmpty()) {
            macro("SH", "COMMANDS");
            command.getSubcommands()
                    .values()
                    .forEach(below -> item(bold(name(below)), List.of(CommandPath.summary(below))));
        }
        examples(spec.usageMessage().footer());
        macro("SH", "EXIT STATUS");
        text("0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 nobody read the output.");
        seeAlso();
        return page.toString();
    }

    /** The line of the help that begins with the command's name, and those that go on with it. */
    private void synopsis() {
        String plain = command.getHelp().synopsis(0);
        text(escaped(plain.strip().replaceAll("\\s+", " ")));
    }

    private void arguments(String heading, List<? extends ArgSpec> arguments) {
        List<ArgSpec> shown = new ArrayList<>(arguments);
        shown.removeIf(ArgSpec::hidden);
        if (shown.isEmpty()) {
            return;
        }
        macro("SH", heading);
        for (ArgSpec argument : shown) {
            item(label(argument), CommandPath.lines(argument));
        }
    }

    private static String label(ArgSpec argument) {
        String parameter = italic(argument.paramLabel());
        return switch (argument) {
            case OptionSpec option -> {
                String names = String.join(
                        ", ", Arrays.stream(option.names()).map(ManPage::bold).toList());
                yield option.arity().max() > 0 ? names + "=" + parameter : names;
            }
            case PositionalParamSpec _ -> parameter;
            default -> throw new IllegalStateException(argument.toString());
        };
    }

    private void examples(String... footer) {
        List<String> lines =
                Arrays.stream(footer).filter(line -> line.startsWith("  ")).toList();
        if (!lines.isEmpty()) {
            macro("SH", "EXAMPLES");
            macro("nf");
            lines.forEach(line -> text(escaped(line.strip())));
            macro("fi");
        }
    }

    private void seeAlso() {
        CommandSpec parent = command.getCommandSpec().parent();
        if (parent != null) {
            macro("SH", "SEE ALSO");
            text(bold(name(parent.commandLine())) + "(" + SECTION + ")");
        }
    }

    private void item(String label, List<String> lines) {
        macro("TP");
        text(label);
        for (int i = 0; i < lines.size(); i++) {
            if (i > 0) {
                macro("br");
            }
            text(escaped(lines.get(i)));
        }
    }

    private void macro(String name, String... arguments) {
        page.append('.').append(name);
        for (String argument : arguments) {
            page.append(" \"").append(argument.replace("\"", "\\(dq")).append('"');
        }
        page.append('\n');
    }

    /** A line of text, which begins with nothing that the formatter would take for a request. */
    private void text(String line) {
        page.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "")
                .append(line)
                .append('\n');
    }

    private static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    /** Backslashes are the formatter's, a minus of an option is no hyphen at which a line may break. */
    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    private static String withoutStop(String sentence) {
        return sentence.replaceFirst("\\.$", "");
    }
}
