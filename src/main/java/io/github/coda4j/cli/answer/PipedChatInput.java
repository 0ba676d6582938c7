package io.github.coda4j.cli.answer;

import java.io.PrintStream;
import java.util.Iterator;
import java.util.Optional;

/** Messages from a pipe or file, one a line. */
final class PipedChatInput implements ChatInput {
    private final Iterator<String> lines;
    private final PrintStream out;

    /** @param text everything that is said */
    PipedChatInput(String text, PrintStream out) {
        this.lines = text.lines().iterator();
        this.out = out;
    }

    @Override
    public Optional<String> read() {
        if (!lines.hasNext()) {
            return Optional.empty();
        }
        StringBuilder message = new StringBuilder(lines.next());
        while (message.length() > 0 && message.charAt(message.length() - 1) == '\\' && lines.hasNext()) {
            message.setCharAt(message.length() - 1, '\n');
            message.append(lines.next());
        }
        return Optional.of(message.toString());
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public boolean interactive() {
        return false;
    }

    @Override
    public Runnable onInterrupt(Runnable action) {
        return () -> {};
    }

    @Override
    public void close() {}
}
