package io.github.coda4j.cli;

/** Entry point of the {@code coda} command. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(0);
    }
}
