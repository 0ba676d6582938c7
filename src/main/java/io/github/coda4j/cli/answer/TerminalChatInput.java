package io.github.coda4j.cli.answer;

import io.github.coda4j.Closing;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.keymap.KeyMap;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;

/** Messages typed at a terminal: line editing, a history that is kept, several lines with a backslash or Alt-Enter. */
final class TerminalChatInput implements ChatInput {
    private static final String PROMPT = "> ";
    private static final String CONTINUED = ". ";

    private final Terminal terminal;
    private final LineReader reader;
    private final PrintStream out;
    private final Closing closing = new Closing();

    /**
     * @param terminal closed with this
     * @param history file of what was typed in earlier chats
     * @param commands offered for completion
     */
    TerminalChatInput(Terminal terminal, Path history, List<String> commands) {
        this.terminal = terminal;
        this.reader = LineReaderBuilder.builder()
                .appName("coda")
                .terminal(terminal)
                .parser(new Lines())
                .completer(new StringsCompleter(commands))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUED)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.INSERT_TAB, false)
                .build();
        reader.getKeyMaps()
                .get(LineReader.MAIN)
                .bind(new Reference(LineReader.SELF_INSERT_UNMETA), KeyMap.alt('\r'), KeyMap.alt('\n'));
        this.out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<String> read() {
        while (true) {
            try {
                return Optional.of(reader.readLine(PROMPT).replace("\\\n", "\n"));
            } catch (UserInterruptException e) {
                if (e.getPartialLine().isEmpty()) {
                    out.println("(Ctrl-D or /exit ends the chat)");
                }
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public boolean interactive() {
        return true;
    }

    @Override
    public Runnable onInterrupt(Runnable action) {
        SignalHandler before = terminal.handle(Signal.INT, _ -> action.run());
        return () -> terminal.handle(Signal.INT, before);
    }

    @Override
    public void close() {
        closing.once(() -> {
            try {
                terminal.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** A message is one word; one that ends with a backslash is not complete. */
    private static final class Lines implements Parser {
        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && line.endsWith("\\")) {
                throw new EOFError(-1, cursor, "the message goes on");
            }
            return new Message(line, cursor);
        }
    }

    private record Message(String line, int cursor) implements CompletingParsedLine {
        @Override
        public String word() {
            return line;
        }

        @Override
        public int wordCursor() {
            return cursor;
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(line);
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return cursor;
        }

        @Override
        public int rawWordLength() {
            return line.length();
        }
    }
}
