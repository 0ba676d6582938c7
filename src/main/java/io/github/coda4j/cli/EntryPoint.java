package io.github.coda4j.cli;

/** The class that a process of ours is started with; a command that starts further processes names it. */
public final class EntryPoint {
    public static final String CLASS = "io.github.coda4j.cli.app.Main";

    private EntryPoint() {}
}
