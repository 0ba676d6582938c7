package io.github.coda4j.eval.sandbox;

import io.github.coda4j.CodaException;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts processes that may run anything. On Linux a thread of its own is held to rules (no new privileges, no
 * capabilities, Landlock, seccomp) and starts the process, which inherits them; the thread ends with that, for it can
 * never be freed. The reaper of Java's own that waits for the process may inherit them too: it does nothing else.
 */
public final class Sandbox {
    private static final int GET_SECCOMP = 21;
    private static final int KILL = 9;
    private static final int LIMIT_CPU = 0;
    private static final int LIMIT_FILE_SIZE = 1;
    private static final int LIMIT_CORE = 4;
    private static final int LIMIT_FILES = 7;
    private static final long LARGEST_FILE = 256 << 20;
    private static final long MOST_FILES = 256;

    private final SandboxMode mode;
    private final Facts facts;

    /**
     * What a system has.
     *
     * @param system its name as Java tells it
     * @param calls numbers of its system calls, when they are known
     * @param landlock version of Landlock, 0 for none
     * @param seccomp whether filters can be set
     * @param bubblewrap the program, if it is installed
     */
    record Facts(String system, Optional<SystemCalls> calls, int landlock, boolean seccomp, Optional<Path> bubblewrap) {
        boolean isLinux() {
            return system.toLowerCase(Locale.ROOT).contains("linux");
        }

        static Facts ofThisMachine(String path) {
            String system = System.getProperty("os.name");
            Optional<SystemCalls> calls = SystemCalls.ofThisMachine();
            boolean known = system.toLowerCase(Locale.ROOT).contains("linux") && calls.isPresent();
            Optional<Path> bubblewrap = Stream.of(path.split(File.pathSeparator))
                    .filter(folder -> !folder.isEmpty())
                    .map(folder -> Path.of(folder, "bwrap"))
                    .filter(Files::isExecutable)
                    .findFirst();
            return new Facts(
                    system,
                    calls,
                    known ? Landlock.version() : 0,
                    known && Libc.call(calls.get().prctl(), GET_SECCOMP, 0, 0, 0) >= 0,
                    bubblewrap);
        }
    }

    Sandbox(SandboxMode mode, Facts facts) {
        this.mode = mode;
        this.facts = facts;
        if (mode == SandboxMode.REQUIRED && !missing().isEmpty()) {
            throw CodaException.of(
                    "no complete sandbox on this system: %s; take --sandbox best to run with what there is",
                    String.join(", ", missing()));
        }
        if (mode == SandboxMode.BWRAP && facts.bubblewrap().isEmpty()) {
            throw new CodaException("--sandbox bwrap needs bubblewrap, and there is no bwrap on the PATH: install it "
                    + "(package bubblewrap), or take --sandbox best");
        }
    }

    /**
     * The sandbox of this machine.
     *
     * @param path folders in which bubblewrap is looked for, as in the variable PATH
     * @throws CodaException when it is not to be had as asked for
     */
    public static Sandbox open(SandboxMode mode, String path) {
        return new Sandbox(mode, Facts.ofThisMachine(path));
    }

    /** What this system lacks of a complete sandbox; nothing when nothing is asked for. */
    public List<String> missing() {
        if (mode == SandboxMode.OFF || mode == SandboxMode.BWRAP) {
            return List.of();
        }
        if (!facts.isLinux()) {
            return List.of("confining processes is not known on " + facts.system());
        }
        if (facts.calls().isEmpty()) {
            return List.of("the system calls of this processor are not known");
        }
        List<String> missing = new ArrayList<>();
        if (facts.landlock() == 0) {
            missing.add("Landlock (Linux 5.13 or newer with it switched on)");
        } else if (facts.landlock() < 3) {
            missing.add("Landlock's rule against truncating files (Linux 6.2)");
        }
        if (!facts.seccomp()) {
            missing.add("seccomp filters");
        }
        return missing;
    }

    /** What programs are held by, in one line, for a report. */
    public String description() {
        return switch (mode) {
            case OFF -> "none: programs ran with the rights of who started them";
            case BWRAP -> "bubblewrap" + (innerFilter().isPresent() ? ", seccomp" : "");
            case REQUIRED, BEST -> {
                List<String> parts = new ArrayList<>();
                if (usesLandlock()) {
                    parts.add("Landlock " + facts.landlock());
                }
                if (usesSeccomp()) {
                    parts.add("seccomp");
                }
                String has = parts.isEmpty() ? "none" : String.join(", ", parts);
                yield missing().isEmpty() ? has : has + "; missing: " + String.join(", ", missing());
            }
        };
    }

    private boolean usesLandlock() {
        return facts.isLinux() && facts.calls().isPresent() && facts.landlock() > 0;
    }

    private boolean usesSeccomp() {
        return facts.isLinux() && facts.calls().isPresent() && facts.seccomp();
    }

    /** What is to be set in the process itself once it needs no other processes. */
    public Optional<CallFilter> innerFilter() {
        return mode == SandboxMode.OFF || !usesSeccomp()
                ? Optional.empty()
                : facts.calls().map(CallFilter::inner);
    }

    /**
     * Starts a process.
     *
     * @param builder what to start; its environment should be emptied
     * @throws CodaException when it cannot be started
     */
    public Process start(ProcessBuilder builder, Reach reach) {
        try {
            return switch (mode) {
                case OFF -> builder.start();
                case BWRAP -> wrapped(builder, reach).start();
                case REQUIRED, BEST -> facts.isLinux() ? confined(builder, reach) : builder.start();
            };
        } catch (IOException e) {
            throw new CodaException("cannot start " + builder.command().getFirst() + ": " + e.getMessage(), e);
        }
    }

    private ProcessBuilder wrapped(ProcessBuilder builder, Reach reach) {
        Reach all = reach.withSystem();
        List<String> command = new ArrayList<>(List.of(
                facts.bubblewrap().orElseThrow().toString(), "--unshare-all", "--die-with-parent", "--new-session"));
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        Stream.concat(all.read().stream(), all.execute().stream())
                .filter(path -> !path.startsWith("/dev"))
                .forEach(path -> command.addAll(List.of("--ro-bind", path.toString(), path.toString())));
        all.write().forEach(path -> command.addAll(List.of("--bind", path.toString(), path.toString())));
        if (builder.directory() != null) {
            command.addAll(List.of("--chdir", builder.directory().getPath()));
        }
        command.add("--");
        command.addAll(builder.command());
        return builder.command(command);
    }

    private Process confined(ProcessBuilder builder, Reach reach) throws IOException {
        if (facts.calls().isEmpty()) {
            return builder.start();
        }
        try (ConfinedStart start = new ConfinedStart(
                builder,
                reach.withSystem(),
                facts.calls().get(),
                usesLandlock() ? facts.landlock() : 0,
                usesSeccomp())) {
            return start.run();
        }
    }

    /** The number of the call that sets a filter; 0 where it is not known. */
    public static long filterCall() {
        return SystemCalls.ofThisMachine().map(calls -> calls.number("seccomp")).orElse(0);
    }

    /**
     * Limits a process that has been started, where the system can: seconds of processor time, sizes of files, how many
     * are open, no memory images. Its memory it has to limit by itself.
     */
    public static void limit(Process process, int cpuSeconds) {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        SystemCalls.ofThisMachine().filter(_ -> linux).ifPresent(calls -> {
            long call = calls.number("prlimit64");
            limit(call, process.pid(), LIMIT_CPU, cpuSeconds);
            limit(call, process.pid(), LIMIT_FILE_SIZE, LARGEST_FILE);
            limit(call, process.pid(), LIMIT_FILES, MOST_FILES);
            limit(call, process.pid(), LIMIT_CORE, 0);
        });
    }

    private static void limit(long call, long process, int what, long most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(2 * Long.BYTES, Long.BYTES);
            limit.setAtIndex(ValueLayout.JAVA_LONG, 0, most);
            limit.setAtIndex(ValueLayout.JAVA_LONG, 1, most);
            Libc.call(call, process, what, limit.address(), 0);
        }
    }

    /** Kills a process, those of its group, and those that it started, and waits until it is gone. */
    public static void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
            int number = Math.toIntExact(process.pid());
            Libc.kill(-number, KILL);
            // Java knows a process by when it began, which the confined thread that started it could not read: what is
            // asked of Java above kills nothing then.
            if (process.isAlive()) {
                Libc.kill(number, KILL);
            }
        }
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
