package io.github.coda4j.cli.help;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Examples that are wider than the help go on in a next line, behind a backslash, as a shell reads them. */
public final class FoldedExamples {
    private static final String INDENT = "  ";
    private static final String GOES_ON = " \\";
    /** A word of a shell's line, with what is quoted in it. */
    private static final Pattern WORD = Pattern.compile("(\"[^\"]*\"|'[^']*'|\\S)+");

    private FoldedExamples() {}

    /** Makes the help of the tree's commands fold its examples; commands that are added later are not looked at. */
    public static void in(CommandLine root) {
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(root.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, FoldedExamples::footer);
        root.setHelpSectionMap(sections);
    }

    private static String footer(Help help) {
        UsageMessageSpec usage = help.commandSpec().usageMessage();
        String[] lines = Arrays.stream(usage.footer())
                .flatMap(line -> line.startsWith(INDENT) ? folded(line, usage.width()).stream() : Stream.of(line))
                .toArray(String[]::new);
        StringBuilder text = new StringBuilder();
        Help.join(help.ansi(), usage.width(), usage.adjustLineBreaksForWideCJKCharacters(), lines, text);
        return text.toString();
    }

    /** The line in parts that are less than so wide, an option and its value in the same one. */
    private static List<String> folded(String line, int width) {
        List<String> parts = new ArrayList<>();
        String rest = line;
        while (rest.length() >= width) {
            int split = split(rest, width - GOES_ON.length());
            if (split < 0) {
                break;
            }
            parts.add(rest.substring(0, split).stripTrailing() + GOES_ON);
            rest = INDENT.repeat(3) + rest.substring(split);
        }
        parts.add(rest);
        return parts;
    }

    /** Where the next line begins; -1 when that can be nowhere. */
    private static int split(String line, int width) {
        List<MatchResult> words = WORD.matcher(line).results().toList();
        int split = -1;
        for (int i = 1; i < words.size() && words.get(i).start() <= width; i++) {
            if (isOption(words.get(i)) || !isOption(words.get(i - 1))) {
                split = words.get(i).start();
            }
        }
        return split;
    }

    private static boolean isOption(MatchResult word) {
        return word.group().startsWith("-");
    }
}
