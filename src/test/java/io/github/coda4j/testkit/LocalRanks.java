package io.github.coda4j.testkit;

import io.github.coda4j.tensor.Device;
import io.github.coda4j.tensor.ranks.ProcessGroup;
import io.github.coda4j.tensor.ranks.Rendezvous;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Ranks as threads of this process, which meet over the loopback. */
public final class LocalRanks {
    private static final ProcessGroup.Timeouts PATIENT =
            new ProcessGroup.Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    private LocalRanks() {}

    /** What one rank does. */
    @FunctionalInterface
    public interface Task<T> {
        T run(Rendezvous rendezvous) throws Exception;
    }

    /** What one rank does in its group. */
    @FunctionalInterface
    public interface GroupTask<T> {
        T run(ProcessGroup group) throws Exception;
    }

    /** Runs the task on every rank and gives the results in the order of the ranks; the first failure is thrown. */
    public static <T> List<T> run(int size, Task<T> task) throws Exception {
        int port = freePort();
        try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
            List<Callable<T>> tasks = IntStream.range(0, size)
                    .mapToObj(rank -> (Callable<T>) () -> task.run(Rendezvous.local(port, rank, size)))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }

    /** The same with the ranks in a group. */
    public static <T> List<T> inGroup(int size, GroupTask<T> task) throws Exception {
        return run(size, rendezvous -> {
            try (ProcessGroup group = join(rendezvous)) {
                T result = task.run(group);
                group.leave();
                return result;
            }
        });
    }

    /** Joins with patience for a busy machine; a lost rank shows in the operations. */
    public static ProcessGroup join(Rendezvous rendezvous) {
        return ProcessGroup.join(rendezvous, Device.CPU, PATIENT, message -> {});
    }

    /** A port that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
