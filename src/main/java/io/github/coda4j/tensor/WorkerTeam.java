package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that walk through one task in step. Each runs libtorch single-threaded on its own share, so
 * that products and fused passes alternate without a second pool of threads spinning on the same cores; a
 * {@link #barrier()} inside the task costs well under a microsecond. Measured here: two workers with half the columns
 * each beat libtorch's own two threads on 32-row products.
 */
public final class WorkerTeam implements AutoCloseable {
    /** What every worker runs, each with its own index in [0, size). */
    @FunctionalInterface
    public interface Task {
        void run(int worker);
    }

    private static final int SPINS_BEFORE_YIELD = 2_000;

    private final List<Thread> threads = new ArrayList<>();
    private final int size;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile int phase;
    private volatile long round;
    private volatile Task task = worker -> {};
    private volatile Thread caller = Thread.currentThread();
    private volatile boolean closed;

    /** Starts the threads. */
    public WorkerTeam(int size) {
        check(size > 0 && size <= 1024, "a team has 1 to 1024 workers, got %d", size);
        this.size = size;
        for (int i = 0; i < size; i++) {
            int worker = i;
            Thread thread = new Thread(() -> work(worker), "coda-worker-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        runOnAll(worker -> Libtorch.setOwnThreads(1));
        // The call above also lowered what threads without a number of their own will use.
        Libtorch.setOwnThreads(Runtime.getRuntime().availableProcessors());
    }

    public int size() {
        return size;
    }

    /**
     * Runs the task on every worker and returns when all are done. The first failure of any worker is thrown; the
     * others then stop.
     */
    public synchronized void runOnAll(Task newTask) {
        if (closed) {
            throw new IllegalStateException("the worker team is closed");
        }
        failure.set(null);
        arrived.set(0);
        finished.set(0);
        caller = Thread.currentThread();
        task = newTask;
        round++;
        threads.forEach(LockSupport::unpark);
        while (finished.get() < size) {
            LockSupport.park(this);
        }
        Throwable thrown = failure.get();
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    /** Waits, inside a task, until every worker has come here. */
    public void barrier() {
        int mine = phase;
        if (arrived.incrementAndGet() == size) {
            arrived.set(0);
            phase = mine + 1;
            return;
        }
        int spins = 0;
        while (phase == mine) {
            if (failure.get() != null) {
                throw new TeamStopped();
            }
            if (++spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** First index of a worker's share when {@code count} items are dealt out in equal runs. */
    public int from(int worker, int count) {
        return (int) ((long) count * worker / size);
    }

    private void work(int worker) {
        long done = 0;
        while (true) {
            while (round == done && !closed) {
                LockSupport.park(this);
            }
            if (closed) {
                ThreadBound.Kept.threadEnds();
                return;
            }
            done = round;
            try {
                task.run(worker);
            } catch (TeamStopped e) {
                // Another worker failed; its failure is the one to report.
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
            if (finished.incrementAndGet() == size) {
                LockSupport.unpark(caller);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        threads.forEach(LockSupport::unpark);
        threads.forEach(Closing::awaitEnd);
    }

    private static final class TeamStopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TeamStopped() {
            super(null, null, false, false);
        }
    }
}
