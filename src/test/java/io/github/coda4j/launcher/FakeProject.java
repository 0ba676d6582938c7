package io.github.coda4j.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The project's scripts in a folder of their own, on a machine that has what the test gives it: the shell's tools, a
 * JDK whose java prints its arguments one a line as {@code [ARGUMENT]}, a Maven that writes down what it does.
 */
final class FakeProject {
    private static final List<String> TOOLS = List.of(
            "awk",
            "basename",
            "bash",
            "cat",
            "chmod",
            "cksum",
            "cp",
            "cut",
            "curl",
            "dirname",
            "env",
            "find",
            "getconf",
            "flock",
            "grep",
            "gzip",
            "head",
            "ln",
            "locale",
            "ls",
            "mkdir",
            "mv",
            "ps",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sha256sum",
            "sha512sum",
            "sleep",
            "tail",
            "tar",
            "touch",
            "tr",
            "uname",
            "wc",
            "wget");

    private static final String JAVA = """
            #!/bin/sh
            case "$*" in
              *" init "* | *DumpLoadedClassList* | *-Xshare:dump*) exit 0 ;;
            esac
            echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
            echo 'another word of the JVM' >&2
            for argument in "$@"; do echo "[$argument]"; done
            echo "charmap $(locale charmap 2>/dev/null)"
            """;

    /** Takes its time, so that two of them would be seen to overlap. */
    private static final String MAVEN = """
            #!/bin/sh
            if [ "$1" = -v ]; then
              echo "Apache Maven VERSION (abc)"
              exit
            fi
            file=
            for argument in "$@"; do
              [ "$file" != next ] || file=$argument
              [ "$argument" != -f ] || file=next
            done
            cd "$(dirname "$file")"
            echo "begin $*" >> ../maven.log
            echo $$ > ../maven.pid
            [ ! -f ../maven.slow ] || exec sleep 30
            [ ! -f ../maven.fails ] || { echo 'the compiler says no'; exit 1; }
            [ ! -f ../maven.edits ] || { sleep 0.1; touch src/main/Main.java; rm ../maven.edits; }
            sleep 0.3
            mkdir -p target/lib target/surefire-reports
            echo jar > target/coda4j.jar
            report=target/surefire-reports/TEST-x.xml
            echo '<testsuite name="x" time="1" tests="3" errors="0" skipped="0" failures="1">' > $report
            echo end >> ../maven.log
            """;

    private final Path folder;
    private final Path root;
    private final Map<String, String> environment = new HashMap<>();

    /** What a start printed and how it ended. */
    record Result(int code, String out, String err) {}

    /**
     * @param folder empty, for everything
     * @param name of the project's folder in it
     */
    FakeProject(Path folder, String name) {
        this.folder = folder.toAbsolutePath();
        this.root = this.folder.resolve(name);
        try {
            Files.createDirectories(root.resolve("scripts"));
            Files.createDirectories(root.resolve("src/main"));
            Files.writeString(root.resolve("pom.xml"), "<project/>");
            Files.writeString(root.resolve("src/main/Main.java"), "class Main {}");
            for (String script : List.of(
                    "coda",
                    "verify",
                    "start_server.sh",
                    "scripts/start.sh",
                    "scripts/toolchain.sh",
                    "scripts/fetch.sh",
                    "scripts/fetch-oracle")) {
                script(root.resolve(script), Files.readString(Path.of(script)));
            }
            Files.createDirectories(folder("bin"));
            Files.createDirectories(folder("home"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // The JDKs of the machine that tests do not count.
        append("scripts/toolchain.sh", "coda_installed_jdk() { coda_use_jdk \"${JAVA_HOME:-}\"; }\n");
        environment.put("PATH", folder("bin") + ":" + tools(Set.of()));
        environment.put("HOME", folder("home").toString());
    }

    /** A folder with the shell's tools, but for some, and nothing else. */
    private static Path tools(Set<String> missing) {
        Path tools = Path.of("target/launcher-tools", "without-" + String.join("-", new TreeSet<>(missing)))
                .toAbsolutePath();
        try {
            Files.createDirectories(tools);
            for (String tool : TOOLS) {
                Optional<Path> real = Stream.of(System.getenv("PATH").split(":"))
                        .map(place -> Path.of(place, tool))
                        .filter(Files::isExecutable)
                        .findFirst();
                if (real.isPresent() && !missing.contains(tool) && !Files.exists(tools.resolve(tool))) {
                    link(tools.resolve(tool), real.get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tools;
    }

    /** Another JVM of the same test run may make the same links. */
    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createSymbolicLink(from, to);
        } catch (FileAlreadyExistsException e) {
            return;
        }
    }

    Path root() {
        return root;
    }

    Path folder(String name) {
        return folder.resolve(name);
    }

    FakeProject env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    FakeProject without(String... tools) {
        return env("PATH", folder("bin") + ":" + tools(Set.of(tools)));
    }

    /** A JDK of that version, which JAVA_HOME names. */
    FakeProject withJdk(String version) throws IOException {
        writeJdk(folder("jdk"), version);
        return env("JAVA_HOME", folder("jdk").toString());
    }

    /** A Maven of that version on the PATH. */
    FakeProject withMaven(String version) throws IOException {
        script(folder("bin/mvn"), MAVEN.replace("VERSION", version));
        return this;
    }

    /** A program of that name that comes before the shell's own. */
    FakeProject script(String name, String text) throws IOException {
        script(folder("bin").resolve(name).normalize(), text);
        return this;
    }

    /** As after a first start. */
    FakeProject built() throws IOException {
        Files.createDirectories(root.resolve("target/lib"));
        Files.writeString(Files.createDirectories(root.resolve("target/run")).resolve("coda4j.jar"), "jar");
        Files.writeString(root.resolve("target/run/.built"), "");
        return this;
    }

    /** More lines at the end of a script. */
    FakeProject append(String script, String lines) {
        try {
            Files.writeString(root.resolve(script), Files.readString(root.resolve(script)) + lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    static void writeJdk(Path folder, String version) throws IOException {
        script(folder.resolve("bin/java"), JAVA);
        script(folder.resolve("bin/javac"), "#!/bin/sh\n");
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    static void writeMaven(Path folder, String version) throws IOException {
        script(folder.resolve("bin/mvn"), MAVEN.replace("VERSION", version));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What Maven was told to do, and when it was done, a line each. */
    List<String> maven() throws IOException {
        Path log = folder("maven.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    Result coda(String... arguments) throws Exception {
        return await(start("coda", arguments));
    }

    /** Runs a command line of the shell in the project's folder. */
    Result shell(String line) throws Exception {
        return await(process(List.of("bash", "-c", line)));
    }

    Started start(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(root.resolve(script).toString()));
        command.addAll(List.of(arguments));
        return process(command);
    }

    private Started process(List<String> command) throws IOException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }

    /** A running script; what it prints goes to files. */
    record Started(Process process, Path out, Path err) {}

    Result await(Started started) throws Exception {
        boolean ended = started.process().waitFor(40, TimeUnit.SECONDS);
        String err = Files.readString(started.err(), StandardCharsets.UTF_8);
        assertThat(ended).as("%s", err).isTrue();
        // What the JVM says goes through a filter, which ends with it but not in it.
        settle(started.err());
        return new Result(
                started.process().exitValue(), Files.readString(started.out()), Files.readString(started.err()));
    }

    private static void settle(Path file) throws Exception {
        long size = -1;
        while (size != Files.size(file)) {
            size = Files.size(file);
            Thread.sleep(Duration.ofMillis(30));
        }
    }
}
