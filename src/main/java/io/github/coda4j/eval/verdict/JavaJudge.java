package io.github.coda4j.eval.verdict;

import io.github.coda4j.CodaException;
import io.github.coda4j.eval.sandbox.CallFilter;
import io.github.coda4j.eval.sandbox.Reach;
import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.files.AtomicFiles;
import io.github.coda4j.files.FileProblems;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Judges Java programs: compiled in this process, run in a virtual machine of their own, which nothing but the end of
 * the main method and of all threads makes a pass.
 */
public final class JavaJudge {
    /** How long a program may run, its virtual machine's start included, in seconds. */
    public static final double SECONDS = 15;

    private static final String RUNNER = "JavaRunner.class";
    private static final int TOKEN_BYTES = 32;
    private static final int LONGEST_ANSWER = 1 << 16;
    private static final int CPU_SECONDS = 60;
    private static final Duration READING = Duration.ofSeconds(10);
    private static final List<String> OPTIONS = List.of(
            "-Xmx512m",
            "-Xss8m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-XX:-UsePerfData",
            "-XX:-UseContainerSupport",
            "-XX:+DisableAttachMechanism",
            "-XX:-CreateCoredumpOnCrash",
            "-Dfile.encoding=UTF-8",
            "--enable-native-access=ALL-UNNAMED");

    private final Sandbox sandbox;
    private final String libraries;
    private final SecureRandom random = new SecureRandom();

    /** @param libraries class path of what programs use */
    public JavaJudge(Sandbox sandbox, String libraries) {
        this.sandbox = sandbox;
        this.libraries = libraries;
    }

    /** The file of a class that is on our own class path; empty when it is not there. */
    public static Optional<String> libraryOf(String className) {
        try {
            Class<?> found = Class.forName(className, false, JavaJudge.class.getClassLoader());
            return Optional.of(Path.of(found.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        } catch (ReflectiveOperationException | LinkageError | URISyntaxException e) {
            return Optional.empty();
        }
    }

    /**
     * Compiles and runs a program.
     *
     * @param source one file
     * @param mainClass its public class with a main method
     * @param assertions whether {@code assert} is on
     * @param seconds how long it may run, its virtual machine's start included, above 0
     * @throws CodaException when its folder cannot be written or the virtual machine does not start
     */
    public Verdict run(String source, String mainClass, boolean assertions, double seconds) {
        long begin = System.nanoTime();
        JavaSources.Compiled compiled = JavaSources.compile(source, mainClass, libraries);
        if (compiled.error().isPresent()) {
            return new Verdict(Outcome.FAILED, "failed: " + compiled.error().get(), "CompileError", since(begin), 0);
        }
        Path folder = makeFolder();
        try {
            return run(folder, compiled.classes(), mainClass, assertions, seconds);
        } finally {
            AtomicFiles.deleteLeftover(folder);
        }
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Path makeFolder() {
        try {
            Path folder = Files.createTempDirectory("coda-eval-").toRealPath();
            Path runner = folder.resolve("runner")
                    .resolve(JavaRunner.class.getPackageName().replace('.', '/'));
            Files.createDirectories(runner);
            Files.createDirectories(folder.resolve("work"));
            try (InputStream in = JavaRunner.class.getResourceAsStream(RUNNER)) {
                Files.write(runner.resolve(RUNNER), in.readAllBytes());
            }
            return folder;
        } catch (IOException e) {
            throw FileProblems.cannot("write", Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    private Verdict run(
            Path folder, Map<String, byte[]> classes, String mainClass, boolean assertions, double seconds) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path work = folder.resolve("work");
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(OPTIONS);
        command.add("-Djava.io.tmpdir=" + work);
        command.add("-XX:ErrorFile=" + work.resolve("crash"));
        command.addAll(List.of(
                "-cp",
                folder.resolve("runner") + (libraries.isEmpty() ? "" : File.pathSeparator + libraries),
                JavaRunner.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C.UTF-8");
        List<Path> read = new ArrayList<>(List.of(Path.of(System.getProperty("java.home")), folder.resolve("runner")));
        Arrays.stream(libraries.split(File.pathSeparator))
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .forEach(read::add);
        long begin = System.nanoTime();
        Process process = sandbox.start(builder, new Reach(read, List.of(java), List.of(work)));
        try {
            byte[] token = token();
            Sandbox.limit(process, CPU_SECONDS);
            Collected result = new Collected(process.getInputStream(), LONGEST_ANSWER);
            Collected noise = new Collected(process.getErrorStream(), 0);
            send(process, token, classes, mainClass, assertions);
            boolean late = !process.waitFor((long) (seconds * 1000), TimeUnit.MILLISECONDS);
            double wall = since(begin);
            if (!late) {
                // Killing closes the streams: what was written is read before. Others may hold them open.
                result.await(READING);
                noise.await(READING);
            }
            Sandbox.kill(process);
            return verdict(result.await(READING), token, late, wall);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CodaException("interrupted", e);
        } finally {
            Sandbox.kill(process);
        }
    }

    /** Letters and digits, as many as the runner reads. */
    private byte[] token() {
        byte[] bytes = new byte[TOKEN_BYTES / 2];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII);
    }

    private void send(Process process, byte[] token, Map<String, byte[]> classes, String main, boolean assertions) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(token);
            Optional<CallFilter> filter = sandbox.innerFilter();
            byte[] code = filter.map(one -> one.of(process.pid())).orElseGet(() -> new byte[0]);
            out.writeLong(Sandbox.filterCall());
            out.writeInt(code.length);
            out.write(code);
            out.writeUTF(main);
            out.writeBoolean(assertions);
            out.writeInt(classes.size());
            for (Map.Entry<String, byte[]> one : classes.entrySet()) {
                out.writeUTF(one.getKey());
                out.writeInt(one.getValue().length);
                out.write(one.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (var in = process.getOutputStream()) {
            in.write(bytes.toByteArray());
        } catch (IOException _) {
            // It ended already: it has no verdict then.
        }
    }

    private static Verdict verdict(byte[] given, byte[] token, boolean late, double wall) {
        String all = new String(given, StandardCharsets.ISO_8859_1);
        int at = all.indexOf(new String(token, StandardCharsets.ISO_8859_1));
        if (at < 0 || at + token.length >= given.length) {
            return new Verdict(late ? Outcome.TIMED_OUT : Outcome.DIED, Verdict.TIMED_OUT, "", wall, 0);
        }
        if (given[at + token.length] == JavaRunner.PASSED) {
            return new Verdict(Outcome.PASSED, Verdict.PASSED, "", wall, 0);
        }
        int from = at + token.length + 1;
        String[] problem = new String(given, from, given.length - from, StandardCharsets.UTF_8).split("\n", 2);
        String message = problem.length > 1 ? problem[1] : "";
        return new Verdict(Outcome.FAILED, "failed: " + message, problem[0], wall, 0);
    }

    /** Reads a stream to its end and keeps its beginning. */
    private static final class Collected {
        private final InputStream in;
        private final int most;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread thread;

        Collected(InputStream in, int most) {
            this.in = in;
            this.most = most;
            this.thread = Thread.ofPlatform().daemon().name("drain").start(this::run);
        }

        private void run() {
            byte[] buffer = new byte[1 << 16];
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(count, Math.max(0, most - kept.size())));
                    }
                }
            } catch (IOException _) {
                // Closed: nothing more is to be read.
            }
        }

        byte[] await(Duration most) throws InterruptedException {
            thread.join(most);
            synchronized (kept) {
                return kept.toByteArray();
            }
        }
    }
}
