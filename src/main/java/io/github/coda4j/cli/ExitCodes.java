package io.github.coda4j.cli;

/** What the process says to its caller. */
final class ExitCodes {
    static final int OK = 0;
    /** The data, the machine or the network would not. */
    static final int FAILED = 1;
    /** The command line was wrong. */
    static final int USAGE = 2;
    /** Ctrl-C, as shells count it: 128 + SIGINT. */
    static final int INTERRUPTED = 130;

    private ExitCodes() {}
}
