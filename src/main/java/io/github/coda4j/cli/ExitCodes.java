package io.github.coda4j.cli;

/** What the process says to its caller. */
public final class ExitCodes {
    public static final int OK = 0;
    /** The data, the machine or the network would not. */
    public static final int FAILED = 1;
    /** The command line was wrong. */
    public static final int USAGE = 2;
    /** Ctrl-C, as shells count it: 128 + SIGINT. */
    public static final int INTERRUPTED = 130;

    /** The reader of the output went away, as shells count it: 128 + SIGPIPE. */
    public static final int UNREAD = 141;

    private ExitCodes() {}
}
