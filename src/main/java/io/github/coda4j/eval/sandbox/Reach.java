package io.github.coda4j.eval.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that a confined process reaches; everything below a folder counts with it. What does not exist is passed
 * over.
 *
 * @param read what it may read
 * @param execute what it may read and start
 * @param write folders in which it may do everything but start something
 */
public record Reach(List<Path> read, List<Path> execute, List<Path> write) {
    private static final List<String> DEVICES = List.of("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom");
    private static final List<String> LIBRARIES =
            List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store");
    private static final List<String> SETTINGS = List.of(
            "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/locale", "/usr/lib/locale");

    public Reach {
        read = List.copyOf(read);
        execute = List.copyOf(execute);
        write = List.copyOf(write);
    }

    /** The same with what every process needs: shared libraries, a few devices, what starts processes for Java. */
    Reach withSystem() {
        List<Path> reading = new ArrayList<>(read);
        Stream.concat(DEVICES.stream(), SETTINGS.stream()).map(Path::of).forEach(reading::add);
        List<Path> executing = new ArrayList<>(execute);
        LIBRARIES.stream().map(Path::of).forEach(executing::add);
        executing.add(Path.of(System.getProperty("java.home"), "lib"));
        return new Reach(existing(reading), existing(executing), existing(write));
    }

    private static List<Path> existing(List<Path> paths) {
        return paths.stream().filter(Files::exists).distinct().toList();
    }
}
