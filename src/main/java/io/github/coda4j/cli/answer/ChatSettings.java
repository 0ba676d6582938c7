package io.github.coda4j.cli.answer;

import io.github.coda4j.Nearest;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.DecodeSettings;
import io.github.coda4j.cli.Settings;
import io.github.coda4j.decode.DecodeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The decode options of a chat, which can be changed between messages: the flags by their names, as texts. */
final class ChatSettings {
    /** The options that can be set, parsed as on the command line. */
    @Command
    private static final class Flags {
        @Mixin
        LengthFlag length;

        @Mixin
        ThinkingFlag thinking;

        @Mixin
        DecodeFlags decode;
    }

    private final Settings weaker;
    private Map<String, String> given;
    private DecodeSettings decode;
    private int newTokens;
    private Optional<Boolean> thinking = Optional.empty();

    /**
     * @param weaker what counts where no flag is set
     * @param given flags without dashes and their values
     * @throws IllegalArgumentException when they do not go together
     */
    ChatSettings(Settings weaker, Map<String, String> given) {
        this.weaker = weaker;
        this.given = Map.of();
        take(given);
    }

    /** The names that {@link #set} knows. */
    static List<String> names() {
        return new CommandLine(new Flags())
                .getCommandSpec().options().stream()
                        .map(OptionSpec::longestName)
                        .map(name -> name.substring(2))
                        .toList();
    }

    /** The flags that were set, without dashes. */
    Map<String, String> given() {
        return given;
    }

    /**
     * Changes one option, or nothing when it cannot be.
     *
     * @throws IllegalArgumentException for an unknown name or a value that is wrong here
     */
    void set(String name, String value) {
        String plain = name.replaceFirst("^--", "");
        if (!names().contains(plain)) {
            throw new IllegalArgumentException("there is no option '" + plain + "'" + Nearest.hint(plain, names()));
        }
        Map<String, String> changed = new LinkedHashMap<>(given);
        changed.put(plain, value);
        take(changed);
    }

    int newTokens() {
        return newTokens;
    }

    Optional<Boolean> thinking() {
        return thinking;
    }

    DecodeOptions options(Set<Integer> endTokens) {
        return decode.options(List.of(newTokens), true, endTokens);
    }

    private void take(Map<String, String> wanted) {
        Flags flags = new Flags();
        List<String> arguments = new ArrayList<>();
        wanted.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        try {
            new CommandLine(flags).parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        int length = flags.length.resolve(weaker).value();
        DecodeSettings settings = DecodeSettings.resolve(flags.decode, weaker);
        settings.options(List.of(length), true, Set.of());
        newTokens = length;
        thinking = flags.thinking.resolve(weaker);
        decode = settings;
        given = Map.copyOf(wanted);
    }
}
