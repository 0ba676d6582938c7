package io.github.coda4j.cli.answer;

import static io.github.coda4j.Checks.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.coda4j.CodaException;
import io.github.coda4j.Nearest;
import io.github.coda4j.cli.AnswerProgress;
import io.github.coda4j.cli.OpenModel;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.generate.Completion;
import io.github.coda4j.generate.FinishReason;
import io.github.coda4j.generate.GenerateRequest;
import io.github.coda4j.generate.Generation;
import io.github.coda4j.text.ChatMessage;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jline.terminal.spi.SystemStream;

/** A conversation: messages and commands in, answers out, until it is ended. */
final class ChatLoop {
    /** The commands and what they do. */
    private enum Command {
        HELP("/help", "", "what there is"),
        SYSTEM("/system", " [TEXT]", "set the system message, or take it away, and start anew"),
        RESET("/reset", "", "forget the conversation"),
        SET("/set", " [KEY VALUE]", "change a decode option, or list them: steps, temperature, max-new-tokens, ..."),
        SAVE("/save", " FILE", "write the conversation to a new file, as JSON"),
        EXIT("/exit", "", "end the chat; /quit and Ctrl-D do it too"),
        QUIT("/quit", "", "the same");

        private final String word;
        private final String arguments;
        private final String help;

        Command(String word, String arguments, String help) {
            this.word = word;
            this.arguments = arguments;
            this.help = help;
        }
    }

    private final World world;
    private final OpenModel model;
    private final ChatInput input;
    private final PrintStream out;
    private final ChatSettings settings;
    private final boolean showMeta;
    private final List<ChatMessage> messages = new ArrayList<>();
    private Optional<String> system;

    ChatLoop(
            World world,
            OpenModel model,
            ChatInput input,
            ChatSettings settings,
            Optional<String> system,
            boolean showMeta) {
        this.world = world;
        this.model = model;
        this.input = input;
        this.out = input.out();
        this.settings = settings;
        this.system = system;
        this.showMeta = showMeta;
    }

    static List<String> commands() {
        return Arrays.stream(Command.values()).map(command -> command.word).toList();
    }

    /**
     * Talks until the end. With a person a mistake costs a line; in a pipe it ends the chat.
     *
     * @throws IllegalArgumentException for a command that cannot be done, when nobody is there to read about it
     */
    void run() throws InterruptedException {
        Runnable restore = input.onInterrupt(() -> {});
        try {
            say("/help lists the commands.");
            Optional<String> line = input.read();
            while (line.isPresent() && obeyOrExplain(line.get())) {
                line = input.read();
            }
        } finally {
            restore.run();
        }
    }

    private boolean obeyOrExplain(String line) throws InterruptedException {
        try {
            return take(line);
        } catch (IllegalArgumentException | CodaException e) {
            if (!input.interactive()) {
                throw e;
            }
            out.println(e.getMessage());
            return true;
        }
    }

    /** Returns whether the chat goes on. */
    private boolean take(String line) throws InterruptedException {
        if (line.isBlank()) {
            return true;
        }
        if (!line.startsWith("/") || line.startsWith("//")) {
            answer(line.startsWith("//") ? line.substring(1) : line);
            return true;
        }
        String[] parts = line.strip().split("\\s+", 2);
        return obey(command(parts[0]), parts.length > 1 ? parts[1] : "");
    }

    private static Command command(String word) {
        for (Command command : Command.values()) {
            if (command.word.equals(word)) {
                return command;
            }
        }
        throw new IllegalArgumentException("there is no command " + word + Nearest.hint(word, commands())
                + " (/help lists them; a message that begins with a slash is written with two)");
    }

    private boolean obey(Command command, String argument) {
        switch (command) {
            case HELP -> help();
            case SYSTEM -> {
                system = Optional.of(argument).filter(text -> !text.isEmpty());
                messages.clear();
                say(system.isPresent() ? "system message set; the conversation starts anew" : "no system message");
            }
            case RESET -> {
                messages.clear();
                say("the conversation starts anew");
            }
            case SET -> set(argument);
            case SAVE -> save(argument);
            case EXIT, QUIT -> {
                return false;
            }
        }
        return true;
    }

    private void help() {
        for (Command command : Command.values()) {
            out.printf(Locale.ROOT, "%-20s %s%n", command.word + command.arguments, command.help);
        }
        out.println("A line that ends with \\ goes on with the next one; so does Alt-Enter. Ctrl-C stops an answer.");
    }

    private void set(String argument) {
        if (argument.isEmpty()) {
            settings.given().forEach((name, value) -> out.println(name + " " + value));
            out.println("can be set: " + String.join(", ", ChatSettings.names()));
            return;
        }
        String[] parts = argument.split("\\s+", 2);
        check(parts.length == 2, "/set needs a name and a value, for example /set temperature 0.7");
        settings.set(parts[0], parts[1]);
        say(parts[0] + " is " + parts[1]);
    }

    /** Talk about the chat itself, which does not belong into a pipe. */
    private void say(String line) {
        if (input.interactive()) {
            out.println(line);
        }
    }

    private void save(String name) {
        check(!name.isEmpty(), "/save needs a file name");
        Path file = Path.of(name);
        if (Files.exists(file)) {
            throw CodaException.of("%s exists; choose another name", file);
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ChatMessage message : conversation()) {
            list.addObject()
                    .put("role", message.role())
                    .put("content", message.content().orElse(""));
        }
        var root = JsonNodeFactory.instance.objectNode();
        root.set("messages", list);
        AtomicFiles.writeText(file, root.toPrettyString() + "\n");
        say("saved " + list.size() + " messages to " + file);
    }

    private List<ChatMessage> conversation() {
        List<ChatMessage> all = new ArrayList<>();
        system.ifPresent(text -> all.add(ChatMessage.system(text)));
        all.addAll(messages);
        return all;
    }

    private void answer(String text) throws InterruptedException {
        messages.add(ChatMessage.user(text));
        boolean answered = false;
        try {
            Completion completion = generate();
            if (!completion.text().isEmpty() || completion.finishReason() != FinishReason.CANCELLED) {
                messages.add(ChatMessage.assistant(completion.text()));
                answered = true;
            }
            out.println(completion.finishReason() == FinishReason.CANCELLED ? " [stopped]" : "");
            out.flush();
            if (showMeta) {
                world.note(CostReport.line(completion));
                completion.notes().forEach(world::note);
            }
        } finally {
            if (!answered) {
                messages.removeLast();
            }
        }
    }

    private Completion generate() throws InterruptedException {
        GenerateRequest request = settings.request(conversation(), model);
        StatusLine status = StatusLine.onTerminal(
                out, input::interactive, () -> world.terminals().width(SystemStream.Output), System::nanoTime);
        try (AnswerProgress line = new AnswerProgress(status, () -> true, model.maskId(), System::nanoTime)) {
            Generation generation = model.generator().submit(request, Answering.both(line, Answering.streamTo(out)));
            Runnable restore = input.onInterrupt(generation::cancel);
            try {
                return generation.await();
            } finally {
                restore.run();
            }
        }
    }
}
