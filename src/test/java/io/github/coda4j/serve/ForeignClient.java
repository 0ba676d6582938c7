package io.github.coda4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.coda4j.files.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A program of {@code src/test/clients} in a process of its own, with its libraries, which are fetched into
 * {@code target/clients} the first time. Where they cannot be had, the failure says what is missing.
 */
final class ForeignClient implements AutoCloseable {
    private static final Path SOURCES = Path.of("src/test/clients");
    private static final Path FETCHED = Path.of("target/clients");
    private static final String PACKAGES = "node_modules";
    private static final int TRIES = 4;
    private static final long SECONDS_OF_A_FETCH = 240;
    private static final long SECONDS_OF_A_CALL = 90;
    private static final String NOTHING = "";

    private static final Map<String, List<String>> STARTS = new HashMap<>();

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ForeignClient(List<String> command) throws IOException {
        this.errors = Files.createTempFile("client", ".txt");
        this.process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().filter(line -> line.startsWith("{")).forEach(lines::add);
        } catch (IOException | RuntimeException e) {
            lines.add(NOTHING);
            return;
        }
        lines.add(NOTHING);
    }

    /** A program for Node, which must be there. */
    static ForeignClient node(String library, String address) throws Exception {
        List<String> command = new ArrayList<>(start("npm", ForeignClient::prepareNode));
        command.addAll(List.of(library, address));
        return new ForeignClient(command);
    }

    /** A program for Java. */
    static ForeignClient java(String folder, String address) throws Exception {
        List<String> command = new ArrayList<>(start(folder, () -> prepareJava(folder)));
        command.add(address);
        return new ForeignClient(command);
    }

    @FunctionalInterface
    private interface Preparation {
        List<String> prepare() throws Exception;
    }

    private static synchronized List<String> start(String name, Preparation how) throws Exception {
        List<String> command = STARTS.get(name);
        if (command == null) {
            Files.createDirectories(FETCHED);
            command = how.prepare();
            STARTS.put(name, command);
        }
        return command;
    }

    private static List<String> prepareNode() throws Exception {
        Path folder = npm("npm", SOURCES.resolve("npm"));
        return List.of("node", folder.resolve("talk.mjs").toString());
    }

    /** A copy of a project of npm with its packages, fetched the first time, and when its lock file has changed. */
    static synchronized Path npm(String name, Path project) throws Exception {
        Files.createDirectories(FETCHED);
        assertThat(run(List.of("node", "--version"), FETCHED))
                .as("these tests need Node 20 or newer (https://nodejs.org) as `node` on the PATH")
                .isEmpty();
        Path folder = Files.createDirectories(FETCHED.resolve(name));
        for (Path old : filesOf(folder)) {
            Files.delete(old);
        }
        for (Path file : filesOf(project)) {
            Path copy = folder.resolve(project.relativize(file));
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        Path done = FETCHED.resolve(name + ".package-lock.json");
        Path lock = project.resolve("package-lock.json");
        if (!Files.exists(done) || Files.mismatch(done, lock) >= 0 || !Files.exists(folder.resolve(PACKAGES))) {
            List<String> install = List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            fetch("the npm packages of " + lock, folder, List.of(cached(install, "--prefer-offline"), install));
            Files.copy(lock, done, StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    /** All files of a project of npm but its packages. */
    private static List<Path> filesOf(Path project) throws IOException {
        try (Stream<Path> all = Files.walk(project)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !project.relativize(file).startsWith(PACKAGES))
                    .toList();
        }
    }

    private static List<String> prepareJava(String name) throws Exception {
        Path folder = SOURCES.resolve(name);
        String path = compiled(name, folder.resolve("Talk.java"), libraries(name, folder.resolve("pom.xml")));
        return List.of(java(), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", path, "Talk");
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The class path of a project's libraries, resolved the first time, and when its pom has changed. */
    static synchronized String libraries(String name, Path pom) throws Exception {
        Files.createDirectories(FETCHED);
        Path path = FETCHED.resolve(name + ".classpath").toAbsolutePath();
        Path done = FETCHED.resolve(name + ".pom.xml");
        if (!Files.exists(done) || Files.mismatch(done, pom) >= 0 || !isWhole(path)) {
            List<String> resolve = List.of(
                    maven(),
                    "-B",
                    "-q",
                    "-f",
                    pom.toString(),
                    "dependency:build-classpath",
                    "-Dmdep.outputFile=" + path);
            fetch("the libraries of " + pom, Path.of(""), List.of(cached(resolve, "-o"), resolve));
            Files.copy(pom, done, StandardCopyOption.REPLACE_EXISTING);
        }
        return Files.readString(path).strip();
    }

    /** The class path of a program that consists of one file. */
    static String compiled(String name, Path source, String libraries) throws IOException {
        Path classes = Files.createDirectories(FETCHED.resolve(name));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", classes.toString(), "-proc:none", "-cp", libraries, source.toString());
        assertThat(code).as("compiling %s", source).isZero();
        return classes + File.pathSeparator + libraries;
    }

    private static boolean isWhole(Path path) throws IOException {
        return Files.exists(path)
                && Stream.of(Files.readString(path).strip().split(File.pathSeparator))
                        .allMatch(jar -> Files.exists(Path.of(jar)));
    }

    /** The Maven that builds the project, or the one on the path. */
    private static String maven() {
        return Optional.ofNullable(System.getProperty("maven.home"))
                .map(home -> Path.of(home, "bin", "mvn").toString())
                .orElse("mvn");
    }

    private static List<String> cached(List<String> command, String flag) {
        List<String> offline = new ArrayList<>(command);
        offline.add(flag);
        return offline;
    }

    /** Runs the first command, and if that fails the second a few times: networks have bad moments. */
    private static void fetch(String what, Path folder, List<List<String>> commands) throws Exception {
        Optional<String> failure = run(commands.getFirst(), folder);
        for (int i = 1; failure.isPresent() && i < TRIES; i++) {
            Thread.sleep(TimeUnit.SECONDS.toMillis(2L * i));
            failure = run(commands.getLast(), folder);
        }
        assertThat(failure)
                .as("these tests need %s, which could not be fetched in %d tries; is there a network?", what, TRIES)
                .isEmpty();
    }

    /** What a command said when it failed. */
    static Optional<String> run(List<String> command, Path folder) throws Exception {
        Path output = Files.createTempFile("fetch", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toAbsolutePath().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            try {
                if (!process.waitFor(SECONDS_OF_A_FETCH, TimeUnit.SECONDS)) {
                    return Optional.of(command + " did not end in " + SECONDS_OF_A_FETCH + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(command + " ended with " + process.exitValue() + ": " + Files.readString(output));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } finally {
            Files.delete(output);
        }
    }

    /** Makes a call and waits for what comes of it. */
    JsonNode call(String name) throws Exception {
        begin(name);
        return said();
    }

    /** Makes a call. */
    void begin(String name) throws IOException {
        process.getOutputStream().write((name + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Whether the call has ended. */
    boolean hasSaid() {
        return !lines.isEmpty();
    }

    /** Waits that long for the end of the call, in milliseconds. */
    void awaitSaid(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!hasSaid() && System.nanoTime() < end) {
            Thread.sleep(2);
        }
    }

    /** What came of the call. */
    JsonNode said() throws Exception {
        String line = lines.poll(SECONDS_OF_A_CALL, TimeUnit.SECONDS);
        assertThat(line)
                .as("no answer; the client said %s", Files.readString(errors))
                .isNotNull()
                .isNotEqualTo(NOTHING);
        return Json.parse(line, "what a client said");
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }
}
