package io.github.coda4j.cli;

import org.jline.terminal.Terminal;
import org.jline.terminal.spi.SystemStream;

/** The terminals of the process. */
public interface Terminals {
    /** Whether a person sits at that stream. */
    boolean isTerminal(SystemStream stream);

    /** Columns of the terminal at that stream; 0 when there is none or it does not say. */
    int width(SystemStream stream);

    /**
     * The terminal to draw on and to read from; closed by the caller.
     *
     * @param handlesInterrupts whether Ctrl-C is given to the terminal's handlers instead of ending the process
     */
    Terminal open(boolean handlesInterrupts);
}
