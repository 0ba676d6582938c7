package io.github.coda4j.cli.train;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.CodaException;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.StatusLine;
import io.github.coda4j.cli.World;
import io.github.coda4j.train.RankGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Starts the ranks of one machine: the same command once per rank, with torchrun's variables set. Rank 0 prints; of the
 * others only the one that fails first is heard. When one fails all end; a request to end goes to all.
 */
final class RankLauncher {
    /** The launcher's process id, for its ranks: they end when it is gone ({@link TrainRanks}). */
    static final String LAUNCHER = "CODA_LAUNCHER_PID";

    private static final long POLL_MILLIS = 50;
    private static final int KEPT_LINES = 50;
    /** Exit codes above this are 128 + the number of a signal. */
    private static final int SIGNALED = 128;

    private static final int TERMINATED = SIGNALED + 15;
    /** Printed by every JVM, and so by the launcher's own. */
    private static final String INCUBATOR = "WARNING: Using incubator modules";
    /** Gloo tells standard output that it is connected. */
    private static final String GREETING = "[Gloo] Rank ";

    private final World world;
    private final Interrupt interrupt;
    private final Duration grace;
    private final StatusLine status;

    /** @param grace how long the other ranks may take to report and end themselves after one has failed */
    RankLauncher(World world, Interrupt interrupt, Duration grace) {
        this.world = world;
        this.interrupt = interrupt;
        this.grace = grace;
        this.status = StatusLine.of(world);
    }

    private record Rank(int number, Process process, Thread reader, Deque<String> lines) {
        boolean failed() {
            return !process.isAlive()
                    && process.exitValue() != ExitCodes.OK
                    && process.exitValue() != ExitCodes.INTERRUPTED
                    && process.exitValue() != TERMINATED;
        }

        /** The handle, unlike the process, leaves open what still comes of its output. */
        void terminate() {
            process.toHandle().destroy();
        }

        void kill() {
            process.toHandle().destroyForcibly();
        }

        boolean interrupted() {
            return process.exitValue() == ExitCodes.INTERRUPTED || process.exitValue() == TERMINATED;
        }
    }

    /**
     * Runs the command on every rank and waits for all.
     *
     * @param ranks at least 1
     * @return 0 when all ranks ended well, 130 when they ended because they were asked to, else the exit code of the
     *     rank that failed first, or 1 when it was killed
     */
    int run(List<String> command, int ranks) {
        check(ranks >= 1, "--nproc must be at least 1, got %d", ranks);
        int port = freePort();
        List<Rank> all = new ArrayList<>();
        try {
            for (int rank = 0; rank < ranks; rank++) {
                all.add(start(command, rank, RankGroup.variables(port, rank, ranks)));
            }
            Optional<Rank> failed = await(all);
            for (Rank rank : all) {
                rank.reader().join();
            }
            status.close();
            failed.ifPresent(first -> report(first, ranks));
            return failed.map(RankLauncher::exitCode)
                    .orElseGet(() -> all.stream().anyMatch(Rank::interrupted) ? ExitCodes.INTERRUPTED : ExitCodes.OK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCodes.INTERRUPTED;
        } finally {
            status.close();
            all.forEach(Rank::kill);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CodaException("no port is free for the ranks to meet: " + e.getMessage(), e);
        }
    }

    private Rank start(List<String> command, int number, Map<String, String> variables) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(world.environment());
        builder.environment().putAll(variables);
        builder.environment()
                .put(LAUNCHER, Long.toString(ProcessHandle.current().pid()));
        boolean first = number == 0;
        if (first && status.isDrawnOver()) {
            builder.environment().put(StatusLine.RELAYED, "1");
        }
        if (!first) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        }
        try {
            Process process = builder.start();
            Deque<String> lines = new ArrayDeque<>();
            Thread errors = read(process.getErrorStream(), first ? this::note : line -> keep(lines, line));
            if (!first) {
                return new Rank(number, process, errors, lines);
            }
            Thread output = read(process.getInputStream(), this::print);
            return new Rank(0, process, Thread.ofPlatform().daemon().start(() -> joinBoth(errors, output)), lines);
        } catch (IOException e) {
            throw new CodaException("rank " + number + " could not be started: " + e.getMessage(), e);
        }
    }

    private static void joinBoth(Thread one, Thread other) {
        try {
            one.join();
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread read(InputStream stream, Consumer<String> lines) {
        return Thread.ofPlatform().daemon().name("coda-rank-output").start(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines);
            } catch (IOException | UncheckedIOException e) {
                lines.accept("output is lost: " + e.getMessage());
            }
        });
    }

    private void note(String line) {
        if (!line.startsWith(INCUBATOR)) {
            status.relay(line);
        }
    }

    private void print(String line) {
        if (!line.startsWith(GREETING)) {
            status.aside(() -> {
                world.out().println(line);
                world.out().flush();
            });
        }
    }

    private static void keep(Deque<String> lines, String line) {
        if (!line.startsWith(INCUBATOR)) {
            lines.addLast(line);
        }
        if (lines.size() > KEPT_LINES) {
            lines.removeFirst();
        }
    }

    /** Waits for all to end; gives the one that failed first. */
    private Optional<Rank> await(List<Rank> all) throws InterruptedException {
        Optional<Rank> failed = Optional.empty();
        boolean forwarded = false;
        long deadline = Long.MAX_VALUE;
        while (all.stream().anyMatch(rank -> rank.process().isAlive())) {
            if (failed.isEmpty()) {
                failed = firstFailed(all);
                deadline = failed.isPresent() ? System.nanoTime() + grace.toNanos() : Long.MAX_VALUE;
            }
            if (!forwarded && interrupt.isRequested()) {
                forwarded = true;
                all.forEach(Rank::terminate);
            }
            if (System.nanoTime() > deadline) {
                all.forEach(Rank::kill);
            }
            Thread.sleep(POLL_MILLIS);
        }
        return failed.isPresent() ? failed : firstFailed(all);
    }

    /** Of several that are seen failed at once, one that was killed is the cause. */
    private static Optional<Rank> firstFailed(List<Rank> all) {
        return all.stream()
                .filter(Rank::failed)
                .max(Comparator.<Rank>comparingInt(rank -> rank.process().exitValue() > SIGNALED ? 1 : 0)
                        .thenComparing(Rank::number, Comparator.reverseOrder()));
    }

    private void report(Rank failed, int ranks) {
        failed.lines().forEach(line -> world.note("rank " + failed.number() + ": " + line));
        int code = failed.process().exitValue();
        if (code > SIGNALED) {
            world.note(String.format(
                    Locale.ROOT,
                    "coda: rank %d of %d was killed by signal %d%s; all ranks have ended, --resume goes on "
                            + "from the last checkpoint",
                    failed.number(),
                    ranks,
                    code - SIGNALED,
                    code - SIGNALED == 9 ? ", perhaps for lack of memory" : ""));
        }
    }

    private static int exitCode(Rank failed) {
        int code = failed.process().exitValue();
        return code > SIGNALED ? ExitCodes.FAILED : code;
    }
}
