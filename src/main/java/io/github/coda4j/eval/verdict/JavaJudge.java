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
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final int LONGEST_OUTPUT = 4 << 20;
    private static final int LONGEST_NOISE = 4096;
    private static final String SMALL = "-Xmx512m";
    /** As ExecEval gives programs. */
    private static final String LARGE = "-Xmx2g";

    private static final Pattern PUBLIC_CLASS = Pattern.compile(
            "\\bpublic\\s+(?:(?:final|abstract|strictfp|sealed)\\s+)*(?:class|interface|enum|record)\\s+(\\w+)");
    private static final Pattern THROWN = Pattern.compile("Exception in thread \"main\" (?:[\\w$]+\\.)*([\\w$]+)");
    private static final List<String> OPTIONS = List.of(
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
            Start start = new Start(false, token(), mainClass, assertions, compiled.classes());
            Ran ran = run(folder, start, "", seconds);
            return verdict(ran.output(), start.token(), ran.late(), ran.wall());
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

    /**
     * Compiles a program and runs it on inputs, one after another, until it gives something else than is known for one.
     * It ends as it likes, and right is what stands on standard output with exit code 0.
     *
     * @param source one file; its class with a main method may have any name
     * @param seconds how long it may run on an input, its virtual machine's start included, above 0
     * @throws CodaException when its folder cannot be written or the virtual machine does not start
     */
    public Verdict runOn(List<StdioTest> tests, String source, double seconds) {
        long begin = System.nanoTime();
        Matcher named = PUBLIC_CLASS.matcher(source);
        String first = named.find() ? named.group(1) : "Main";
        JavaSources.Compiled compiled = JavaSources.compile(source, first, libraries);
        if (compiled.error().isPresent()) {
            return new Verdict(Outcome.FAILED, "failed: " + compiled.error().get(), "CompileError", since(begin), 0);
        }
        List<String> classes = new ArrayList<>(compiled.classes().keySet());
        classes.sort(Comparator.comparing(name -> !name.equals(first)));
        Start start = new Start(true, token(), String.join("\n", classes), false, compiled.classes());
        for (StdioTest test : tests) {
            Path folder = makeFolder();
            try {
                Verdict verdict = verdict(test, run(folder, start, test.input(), seconds));
                if (!verdict.passed()) {
                    return new Verdict(verdict.outcome(), verdict.result(), verdict.raised(), since(begin), 0);
                }
            } finally {
                AtomicFiles.deleteLeftover(folder);
            }
        }
        return new Verdict(Outcome.PASSED, Verdict.PASSED, "", since(begin), 0);
    }

    private static Verdict verdict(StdioTest test, Ran ran) {
        String noise = new String(ran.noise(), StandardCharsets.UTF_8);
        if (ran.late()) {
            return new Verdict(Outcome.TIMED_OUT, Verdict.TIMED_OUT, "", ran.wall(), 0);
        } else if (ran.output().length > LONGEST_OUTPUT) {
            return new Verdict(Outcome.FAILED, StdioTest.TOO_MUCH, "", ran.wall(), 0);
        } else if (ran.exitCode() != 0) {
            Matcher thrown = THROWN.matcher(noise);
            String raised = thrown.find() ? thrown.group(1) : "";
            String why = raised.isEmpty() ? "exit code " + ran.exitCode() : raised;
            return new Verdict(Outcome.FAILED, "failed: " + why, raised, ran.wall(), 0);
        }
        return test.accepts(new String(ran.output(), StandardCharsets.UTF_8))
                ? new Verdict(Outcome.PASSED, Verdict.PASSED, "", ran.wall(), 0)
                : new Verdict(Outcome.FAILED, StdioTest.WRONG, "AssertionError", ran.wall(), 0);
    }

    /**
     * What the first class of a virtual machine is told.
     *
     * @param reads whether the program reads and writes, and is judged by what it writes
     * @param token what stands before a verdict
     * @param main its class, or the classes in which its main method is looked for, a line each
     */
    private record Start(boolean reads, byte[] token, String main, boolean assertions, Map<String, byte[]> classes) {}

    /** What a virtual machine left behind. */
    private record Ran(byte[] output, byte[] noise, boolean late, int exitCode, double wall) {}

    private Ran run(Path folder, Start start, String input, double seconds) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path work = folder.resolve("work");
        List<String> command = new ArrayList<>(List.of(java.toString(), start.reads() ? LARGE : SMALL));
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
            Sandbox.limit(process, CPU_SECONDS);
            Collected result =
                    new Collected(process.getInputStream(), start.reads() ? LONGEST_OUTPUT + 1 : LONGEST_ANSWER);
            Collected noise = new Collected(process.getErrorStream(), LONGEST_NOISE);
            send(process, start, input);
            boolean late = !process.waitFor((long) (seconds * 1000), TimeUnit.MILLISECONDS);
            double wall = since(begin);
            if (!late) {
                // Killing closes the streams: what was written is read before. Others may hold them open.
                result.await(READING);
                noise.await(READING);
            }
            Sandbox.kill(process);
            return new Ran(result.await(READING), noise.await(READING), late, process.exitValue(), wall);
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

    private void send(Process process, Start start, String input) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(start.reads());
            out.write(start.token());
            Optional<CallFilter> filter = sandbox.innerFilter();
            byte[] code = filter.map(one -> one.of(process.pid())).orElseGet(() -> new byte[0]);
            out.writeLong(Sandbox.filterCall());
            out.writeInt(code.length);
            out.write(code);
            out.writeUTF(start.main());
            out.writeBoolean(start.assertions());
            out.writeInt(start.classes().size());
            for (Map.Entry<String, byte[]> one : start.classes().entrySet()) {
                out.writeUTF(one.getKey());
                out.writeInt(one.getValue().length);
                out.write(one.getValue());
            }
            out.write(input.getBytes(StandardCharsets.UTF_8));
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
