package io.github.coda4j.cli.answer;

import java.io.PrintStream;
import java.util.Optional;

/** Where a chat's messages come from and its answers go to. */
interface ChatInput extends AutoCloseable {
    /** What was typed: empty at the end of the chat. A line that ends with a backslash goes on with the next one. */
    Optional<String> read();

    /** Where answers are printed. */
    PrintStream out();

    /** Whether a person types. */
    boolean interactive();

    /**
     * What Ctrl-C does while an answer is made.
     *
     * @return puts back what it did before
     */
    Runnable onInterrupt(Runnable action);

    @Override
    void close();
}
