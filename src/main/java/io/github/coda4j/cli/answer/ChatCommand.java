package io.github.coda4j.cli.answer;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.KeepFlag;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.generate.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.spi.SystemStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code coda chat}. */
@Command(
        name = "chat",
        sortOptions = false,
        description = {
            "Talk with a model.",
            "",
            "/help lists the commands of the chat; Ctrl-C stops an answer, Ctrl-D ends the chat. From a pipe "
                    + "every line is a message and"
                    + " the answers are printed one after the other.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda chat --model Salesforce/CoDA-v0-Instruct --system \"Answer with code only\" --max-new-tokens 128",
            "  echo \"public String getName() {\" | coda chat --max-new-tokens 16"
        })
public final class ChatCommand implements Callable<Integer> {
    private static final String IN_THE_BOX =
            "coda-mini fills holes in code (coda infill) and does not converse: expect "
                    + "pieces of code and not answers.";

    private final World world;

    @Spec
    CommandSpec spec;

    @Option(names = "--system", paramLabel = "TEXT", description = "The system message.")
    Optional<String> system = Optional.empty();

    @Option(names = "--show-meta", description = "Print what each answer took on standard error.")
    boolean showMeta;

    /** Read through {@link ChatSettings}, which {@code /set} changes. */
    @Mixin
    LengthFlag length;

    /** Read like the length. */
    @Mixin
    ThinkingFlag thinking;

    @Mixin
    KeepFlag keep;

    @Mixin
    WriterFlags writer;

    public ChatCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() throws InterruptedException {
        WriterFlags.Source source = writer.source(world);
        EngineOptions engine = keep.addTo(World.ONE_AT_A_TIME, source.config());
        ChatSettings settings =
                new ChatSettings(writer, source.defaults(), source.config().maxPositions(), decodeFlags());
        // The input comes first: what is typed while the model loads is not lost.
        try (ChatInput input = input()) {
            if (world.modelStore().isInTheBox(source.folder())) {
                say(input, IN_THE_BOX);
            }
            if (input.interactive()) {
                input.out().println("Loading " + source.folder() + " ...");
            }
            try (OpenModel open = world.openModel(source.folder(), source.load(), engine)) {
                new ChatLoop(world, open, input, settings, system, showMeta).run();
            }
        }
        return ExitCodes.OK;
    }

    /** Talk about the chat itself, which does not belong into a pipe. */
    private void say(ChatInput input, String line) {
        if (input.interactive()) {
            input.out().println(line);
        } else {
            world.note(line);
        }
    }

    /** The options that {@code /set} can change, as they were typed. */
    private Map<String, String> decodeFlags() {
        List<String> names = ChatSettings.names();
        Map<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName().replaceFirst("^--", "");
            if (names.contains(name)) {
                List<String> values = option.originalStringValues();
                given.put(name, option.isMultiValue() ? String.join(",", values) : values.getLast());
            }
        }
        return given;
    }

    private ChatInput input() {
        if (!world.terminals().isTerminal(SystemStream.Input)) {
            return new PipedChatInput(TextFiles.read(world.in()), world.out());
        }
        Path state = world.folders().state();
        try {
            Files.createDirectories(state);
        } catch (IOException e) {
            throw new CodaException(
                    "cannot make " + state + " for the history of chats: " + e.getMessage()
                            + "; name another folder with XDG_STATE_HOME",
                    e);
        }
        return new TerminalChatInput(world.terminals().open(true), state.resolve("chat-history"), ChatLoop.commands());
    }
}
