package io.github.coda4j.cli;

import io.github.coda4j.files.AccountFolders;
import io.github.coda4j.generate.EngineOptions;
import io.github.coda4j.generate.ModelStore;
import io.github.coda4j.model.LoadOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that commands touch outside themselves, so that tests can put their own in its place.
 *
 * @param in standard input
 * @param out standard output: answers, and nothing else
 * @param err standard error: progress, notes, problems
 * @param environment the variables of the process
 * @param systemProperties those of the Java runtime that are looked at: os.name, user.home, sun.jnu.encoding, and
 *     coda.home if it is set
 * @param terminals what is a terminal, and the one to draw on
 * @param models opens models
 */
public record World(
        InputStream in,
        Output out,
        PrintStream err,
        Map<String, String> environment,
        Map<String, String> systemProperties,
        Terminals terminals,
        Models models) {
    /** The property that names the encoding of arguments and file names. */
    public static final String ENCODING = "sun.jnu.encoding";

    /** An engine for one text at a time. */
    public static final EngineOptions ONE_AT_A_TIME = new EngineOptions(1, 0, 1 << 20);

    public static World ofProcess() {
        StandardError error = StandardError.ofProcess();
        return new World(
                System.in,
                new Output(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(error, true, StandardCharsets.UTF_8),
                System.getenv(),
                properties("os.name", "user.home", ENCODING, ModelStore.HOME),
                new SystemTerminals(error),
                new CheckpointModels());
    }

    private static Map<String, String> properties(String... names) {
        return Stream.of(names)
                .filter(name -> System.getProperty(name) != null)
                .collect(Collectors.toUnmodifiableMap(name -> name, System::getProperty));
    }

    /** The variable's value; empty when it is not set or blank. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Where models are found. */
    public ModelStore modelStore() {
        return ModelStore.of(environment, systemProperties);
    }

    /** Where this account's files may lie. */
    public AccountFolders folders() {
        return new AccountFolders(environment, systemProperties);
    }

    /** The same world without anybody who reads. */
    public World silent() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new World(
                in,
                new Output(OutputStream.nullOutputStream()),
                nowhere,
                environment,
                systemProperties,
                terminals,
                models);
    }

    /** Opens a model for one text at a time and notes what the processor lacks for it. */
    public OpenModel openModel(Path folder, LoadOptions options) {
        return openModel(folder, options, ONE_AT_A_TIME);
    }

    /** Opens a model for text and notes what the processor lacks for it. */
    public OpenModel openModel(Path folder, LoadOptions options, EngineOptions engine) {
        OpenModel open = models.open(folder, options, engine);
        open.emulated().ifPresent(this::note);
        return open;
    }

    /** A line for the person, not for the pipe. */
    public void note(String line) {
        err.println(line);
    }

    public void flush() {
        out.flush();
        err.flush();
    }
}
