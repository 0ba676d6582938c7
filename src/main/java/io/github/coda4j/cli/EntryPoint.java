package io.github.coda4j.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class that a process of ours is started with; a command that starts further processes names it. */
public final class EntryPoint {
    public static final String CLASS = "io.github.coda4j.cli.app.Main";

    private EntryPoint() {}

    /** This JVM's own command, with its flags and classes, and other arguments. */
    public static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CLASS));
        command.addAll(arguments);
        return command;
    }
}
