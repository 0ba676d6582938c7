package io.github.coda4j.cli.help;

import io.github.coda4j.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Commands of a tree by their names. */
final class CommandPath {
    private CommandPath() {}

    /**
     * The command of that path below the root; the root itself for an empty one.
     *
     * @throws IllegalArgumentException naming the nearest when there is none
     */
    static CommandLine find(CommandLine root, List<String> path) {
        CommandLine found = root;
        for (String name : path) {
            CommandLine below = found.getSubcommands().get(name);
            if (below == null) {
                throw new IllegalArgumentException("there is no command '" + String.join(" ", path) + "'"
                        + Nearest.hint(name, found.getSubcommands().keySet()));
            }
            found = below;
        }
        return found;
    }

    /** All commands of the tree, each before those below it. */
    static List<CommandLine> all(CommandLine root) {
        List<CommandLine> all = new ArrayList<>(List.of(root));
        root.getSubcommands().values().forEach(below -> all.addAll(all(below)));
        return all;
    }

    /** The names from the root, which is left out, to the command. */
    static List<String> of(CommandLine command) {
        List<String> names = new ArrayList<>();
        for (CommandSpec spec = command.getCommandSpec(); spec.parent() != null; spec = spec.parent()) {
            names.addFirst(spec.name());
        }
        return names;
    }

    /** What the command is for, in a sentence without a line end. */
    static String summary(CommandLine command) {
        return paragraphs(command.getCommandSpec().usageMessage().description()).stream()
                .findFirst()
                .orElse("");
    }

    /** What an option or argument is for, in the lines of the help, default values filled in. */
    static List<String> lines(ArgSpec argument) {
        return Arrays.stream(argument.description())
                .map(line -> line.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString(true))))
                .toList();
    }

    /** Texts of a description: parts of one are in neighbouring strings, between them are empty ones. */
    static List<String> paragraphs(String... lines) {
        List<String> paragraphs = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (String line : Stream.concat(Arrays.stream(lines), Stream.of("")).toList()) {
            if (!line.isEmpty()) {
                open.add(line);
            } else if (!open.isEmpty()) {
                paragraphs.add(open.stream().collect(Collectors.joining(" ")).replaceAll("%n|\\s+", " "));
                open.clear();
            }
        }
        return paragraphs;
    }
}
