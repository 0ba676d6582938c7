package io.github.coda4j.tensor;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.Closing;
import io.github.coda4j.CodaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that walk through one task in step. Each runs libtorch single-threaded on its own share, so
 * that products and fused passes alternate without a second pool of threads spinning on the same cores; going from one
 * step to the next costs well under a microsecond. Measured here: two workers with half the columns each beat
 * libtorch's own two threads on 32-row products.
 *
 * <p>A step has as many shares as the team has workers. A worker takes its own share; where another one has not come to
 * take its own, for example because the system lets other processes run on its core, those who are there take that over
 * too. So nobody waits for a worker that does not run, unless it was stopped in the middle of a share; waiting for that
 * ends in sleep, which leaves the core to it. So a team of two beside busy processes is seldom slower than one of one,
 * and never by much (docs/adr/0045). What a step computes must depend on its share alone and not on the thread: then
 * its result is the same to the bit whoever runs it.
 */
public final class WorkerTeam implements AutoCloseable {
    /** One of the shares of a step, numbered [0, size). Any thread of the team may run it. */
    @FunctionalInterface
    public interface Share {
        void run(int share);
    }

    /**
     * Steps that every worker goes through. All work and all effects are in the steps; the code between them is run by
     * every worker, also by one that comes late, at any time until the team is closed.
     */
    @FunctionalInterface
    public interface Walk {
        void run(Steps steps);
    }

    /** How long a worker waits for another one to come before it takes over its share. */
    private static final long PATIENCE_NANOS = 20_000;
    /** How long a worker waits for a share that another one works on before it sleeps. */
    private static final long AWAKE_NANOS = 200_000;

    private static final int SPINS_BETWEEN_LOOKS = 16;

    /**
     * Multiply-adds that a share of a step should have for another worker to be worth its while: a few microseconds.
     */
    private static final long LEAST_OPERATIONS = 100_000;

    /** Longs between the numbers of two workers: they share no cache line. */
    private static final int APART = 16;

    private final int size;
    private final List<Thread> threads = new ArrayList<>();
    // Who sees what: a worker sets a share's `done` after running it, and goes on to the next step only after reading
    // of every share that it is done in this one. So all that the shares of a step wrote happens before every share of
    // the next, whoever runs either. The worker that is through sets `last` after such reads, and the caller returns
    // after reading it. What the caller wrote before a walk happens before its steps through `round`. After a failure
    // the caller returns after reading that nobody is `inside`: a worker is counted out after its last share, and one
    // that comes in later reads the failure, which was set before, and runs none. All these are volatile.

    /**
     * The last step in which each share was taken, and in which it was done. Steps are counted up for ever, so that a
     * worker that comes late, even out of an earlier walk, finds its shares taken.
     */
    private final AtomicLongArray taken;

    private final AtomicLongArray done;
    /** 1 for workers that did not come to take their share. */
    private final AtomicLongArray absent;
    /** 1 for workers that sleep, and how many do. */
    private final AtomicLongArray sleeps;

    private final AtomicInteger sleeping = new AtomicInteger();
    /** Before the first walk. */
    private final Round noRound = new Round(steps -> {}, 0, 0, Thread.currentThread());

    private volatile Round round = noRound;
    private volatile boolean closed;

    /** One walk. */
    private static final class Round {
        static final long UNDER_WAY = -1;

        final Walk walk;
        /** Number of the last step before it. */
        final long before;
        /** The first so many workers are needed. */
        final int needed;

        final Thread caller;
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        /** Workers inside the walk. */
        final AtomicInteger inside = new AtomicInteger();
        /** Number of its last step, set by the first worker that is through; before, {@link #UNDER_WAY}. */
        final AtomicLong last = new AtomicLong(UNDER_WAY);

        Round(Walk walk, long before, int needed, Thread caller) {
            this.walk = walk;
            this.before = before;
            this.needed = needed;
            this.caller = caller;
        }

        /** Takes note of a worker that is through; whether it is the first. */
        boolean isThrough(long step) {
            return last.compareAndSet(UNDER_WAY, step);
        }

        boolean isOver() {
            return last.get() != UNDER_WAY || failure.get() != null;
        }

        /** With a failure, workers may still be in a share until all have left. */
        boolean mayReturn() {
            return failure.get() == null ? last.get() != UNDER_WAY : inside.get() == 0;
        }
    }

    /**
     * Starts the threads.
     *
     * @throws CodaException when libtorch cannot be loaded
     */
    public WorkerTeam(int size) {
        check(size > 0 && size <= 1024, "a team has 1 to 1024 workers, got %d", size);
        Libtorch.load();
        this.size = size;
        this.taken = new AtomicLongArray(size * APART);
        this.done = new AtomicLongArray(size * APART);
        this.absent = new AtomicLongArray(size * APART);
        this.sleeps = new AtomicLongArray(size * APART);
        CountDownLatch ready = new CountDownLatch(size);
        for (int i = 0; i < size; i++) {
            int worker = i;
            Thread thread = new Thread(() -> work(worker, ready), "coda-worker-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        awaitUninterruptibly(ready);
        // The workers also lowered what threads without a number of their own will use.
        Libtorch.setOwnThreads(Runtime.getRuntime().availableProcessors());
    }

    public int size() {
        return size;
    }

    /** How many workers are of use for a walk of so many steps with so many multiply-adds in all; at least 1. */
    public int useful(long operations, long steps) {
        return Math.clamp(operations / Math.max(1, steps) / LEAST_OPERATIONS, 1, size);
    }

    /** Runs one step: every share once, with all workers. Returns and throws as {@link #walk} does. */
    public void runOnAll(Share share) {
        walk(size, steps -> steps.each(share));
    }

    /**
     * Walks through steps and returns when all shares of all of them are done. The first failure of any share is
     * thrown; the others then stop.
     *
     * @param workers how many take part; they share the shares of the others
     */
    public synchronized void walk(int workers, Walk walk) {
        check(workers > 0 && workers <= size, "of %d workers 1 to %d can take part, got %d", size, size, workers);
        if (closed) {
            throw new IllegalStateException("the worker team is closed");
        }
        for (int i = 0; i < size; i++) {
            absent.set(i * APART, i < workers ? 0 : 1);
        }
        Round mine = new Round(walk, nextBefore(), workers, Thread.currentThread());
        round = mine;
        threads.subList(0, workers).forEach(LockSupport::unpark);
        boolean interrupted = false;
        while (!mine.mayReturn()) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (mine.failure.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    /** Number of the last step of the round that ended; after a failure all shares are taken as if in the same one. */
    private long nextBefore() {
        if (round.failure.get() == null) {
            return Math.max(0, round.last.get());
        }
        long highest = 0;
        for (int i = 0; i < size; i++) {
            highest = Math.max(highest, taken.get(i * APART));
        }
        for (int i = 0; i < size; i++) {
            taken.set(i * APART, highest);
        }
        return highest;
    }

    /** First index of a share when {@code count} items are dealt out in equal runs. */
    public int from(int share, int count) {
        return (int) ((long) count * share / size);
    }

    private void work(int worker, CountDownLatch ready) {
        try {
            Libtorch.setOwnThreads(1);
        } finally {
            ready.countDown();
        }
        Round mine = noRound;
        while (true) {
            while (round == mine && !closed) {
                LockSupport.park(this);
                Thread.interrupted(); // or the next park would not wait
            }
            if (round == mine) {
                ThreadBound.Kept.threadEnds();
                return;
            }
            mine = round;
            if (worker < mine.needed) {
                take(mine, worker);
            }
        }
    }

    private void take(Round mine, int worker) {
        mine.inside.incrementAndGet();
        boolean first = false;
        if (!mine.isOver()) {
            try {
                Steps steps = new Steps(mine, worker);
                mine.walk.run(steps);
                first = mine.isThrough(steps.at);
            } catch (TeamStopped e) {
                // The round is over: another worker failed, or was through before.
            } catch (Throwable e) {
                fail(mine, e);
            }
        }
        mine.inside.decrementAndGet();
        if (first || mine.failure.get() != null) {
            LockSupport.unpark(mine.caller);
        }
    }

    private void fail(Round mine, Throwable cause) {
        mine.failure.compareAndSet(null, cause);
        wakeAll();
    }

    private void wakeAll() {
        for (int i = 0; i < size; i++) {
            if (sleeps.get(i * APART) != 0) {
                LockSupport.unpark(threads.get(i));
            }
        }
    }

    /** What a worker goes through in one walk. */
    public final class Steps {
        private final Round mine;
        private final int worker;
        private long at;

        private Steps(Round mine, int worker) {
            this.mine = mine;
            this.worker = worker;
            this.at = mine.before;
        }

        /** Goes on when every share of the step is done, each by one worker; what they wrote is then seen by all. */
        public void each(Share work) {
            at++;
            if (absent.get(worker * APART) != 0) {
                absent.set(worker * APART, 0);
            }
            if (!run(worker, work) && mine.isOver()) {
                throw TeamStopped.INSTANCE; // this one comes late, and need not go through the rest
            }
            for (int i = worker + 1; i < worker + size; i++) {
                int share = i < size ? i : i - size;
                if (absent.get(share * APART) != 0) {
                    run(share, work);
                }
            }
            for (int share = 0; share < size; share++) { // its own too: another one may be at it
                if (done.get(share * APART) < at) {
                    finish(share, work);
                }
            }
        }

        /** Runs a share unless somebody has taken it. */
        private boolean run(int share, Share work) {
            if (taken.get(share * APART) >= at || !taken.compareAndSet(share * APART, at - 1, at)) {
                return false;
            }
            try {
                work.run(share);
            } catch (Throwable e) {
                fail(mine, e);
                throw TeamStopped.INSTANCE;
            }
            done.set(share * APART, at);
            if (sleeping.get() > 0) {
                wakeAll();
            }
            return true;
        }

        /** Waits until a share is done, or does it. */
        private void finish(int share, Share work) {
            long begin = 0;
            for (int spins = 0; done.get(share * APART) < at; spins++) {
                if (mine.failure.get() != null) {
                    throw TeamStopped.INSTANCE;
                }
                boolean isFree = taken.get(share * APART) < at;
                if (isFree && absent.get(share * APART) != 0) {
                    run(share, work);
                } else if (spins % SPINS_BETWEEN_LOOKS != SPINS_BETWEEN_LOOKS - 1) {
                    Thread.onSpinWait();
                } else {
                    long now = System.nanoTime();
                    begin = begin == 0 ? now : begin;
                    if (isFree && now - begin > PATIENCE_NANOS) {
                        absent.set(share * APART, 1);
                    } else if (!isFree && now - begin > AWAKE_NANOS) {
                        sleep(share);
                    }
                }
            }
            if (mine.failure.get() != null) {
                throw TeamStopped.INSTANCE;
            }
        }

        private void sleep(int share) {
            sleeps.set(worker * APART, 1);
            sleeping.incrementAndGet();
            while (done.get(share * APART) < at && mine.failure.get() == null) {
                LockSupport.park(this);
                Thread.interrupted(); // or the next park would not wait
            }
            sleeping.decrementAndGet();
            sleeps.set(worker * APART, 0);
        }
    }

    /** Waits for a walk that is under way, and ends the threads. */
    @Override
    public synchronized void close() {
        closed = true;
        threads.forEach(LockSupport::unpark);
        threads.forEach(Closing::awaitEnd);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class TeamStopped extends RuntimeException {
        static final TeamStopped INSTANCE = new TeamStopped();

        private static final long serialVersionUID = 1L;

        TeamStopped() {
            super(null, null, false, false);
        }
    }
}
