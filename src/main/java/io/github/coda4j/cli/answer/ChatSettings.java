package io.github.coda4j.cli.answer;

import io.github.coda4j.Nearest;
import io.github.coda4j.cli.DecodeFlags;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.request.DecodeDefaults;
import io.github.coda4j.generate.request.DecodeSettings;
import io.github.coda4j.generate.request.Given;
import io.github.coda4j.text.ChatMessage;
import io.github.coda4j.text.ChatRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private final WriterFlags writer;
    private final DecodeDefaults defaults;
    private final int maxPositions;
    private Map<String, String> given;
    private DecodeSettings current;

    /**
     * The options of a chat as it begins.
     *
     * @param writer gives the stop strings, which stay
     * @param defaults what counts where no flag is set
     * @param maxPositions the longest sequence of the model
     * @param given flags without dashes and their values
     * @throws IllegalArgumentException when they do not go together
     */
    ChatSettings(WriterFlags writer, DecodeDefaults defaults, int maxPositions, Map<String, String> given) {
        this.writer = writer;
        this.defaults = defaults;
        this.maxPositions = maxPositions;
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

    /** A request for an answer. */
    GenerateRequest request(List<ChatMessage> conversation, OpenModel model) {
        ChatRequest chat = ChatRequest.of(conversation).withThinking(current.thinking());
        return GenerateRequest.of(
                        model.template().get().mark(chat),
                        current.maxNewTokens(),
                        current.completion(0, maxPositions, model.endTokens())
                                .withHolePad(current.holePad(model.tokenizer().holePad())))
                .withStopStrings(current.stopStrings());
    }

    private void take(Map<String, String> wanted) {
        Flags flags = new Flags();
        List<String> arguments = new ArrayList<>();
        wanted.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        try {
            new CommandLine(flags).setExpandAtFiles(false).parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        Given all = flags.thinking.addTo(flags.length.addTo(writer.withStops(flags.decode.given())));
        DecodeSettings settings = defaults.resolve(all);
        settings.completion(0, maxPositions, Set.of());
        current = settings;
        given = Map.copyOf(wanted);
    }
}
