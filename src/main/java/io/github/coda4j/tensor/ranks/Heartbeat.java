package io.github.coda4j.tensor.ranks;

import io.github.coda4j.Closing;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.bytedeco.pytorch.TCPStore;

/**
 * Tells early that a rank is lost, whatever this rank is doing: each counts up its own number in the store of rank 0
 * all the time and looks at those of the others. Operations alone would find out only when the next one is waited for,
 * and could not tell a lost rank from one that takes its time over a checkpoint.
 */
final class Heartbeat implements AutoCloseable {
    /** Beats within the silence that counts as lost. */
    private static final int BEATS = 6;

    private static final long LEAVE_POLL_MILLIS = 20;

    private final Rendezvous rendezvous;
    private final TCPStore store;
    private final long silenceNanos;
    private final Consumer<String> lost;
    private final AtomicLongArray heard;
    private final AtomicBoolean[] left;
    private final AtomicBoolean told = new AtomicBoolean();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread beating;
    private volatile long lastRound;
    private volatile boolean storeClosed;
    private final Closing closing = new Closing();

    /**
     * Starts beating. All ranks must be there already.
     *
     * @param store a connection of its own, which this closes
     * @param silence after which a rank counts as lost
     * @param lost gets a message, once, from a thread of its own
     */
    Heartbeat(Rendezvous rendezvous, TCPStore store, Duration silence, Consumer<String> lost) {
        this.rendezvous = rendezvous;
        this.store = store;
        this.silenceNanos = silence.toNanos();
        this.lost = lost;
        this.heard = new AtomicLongArray(rendezvous.worldSize());
        this.left = new AtomicBoolean[rendezvous.worldSize()];
        this.lastRound = System.nanoTime();
        for (int rank = 0; rank < left.length; rank++) {
            left[rank] = new AtomicBoolean();
            heard.set(rank, lastRound);
        }
        beating = Thread.ofPlatform().daemon().name("coda-heartbeat").start(this::beat);
        // The store of a machine that vanished never answers, so that the beating thread cannot be the one that
        // watches.
        Thread.ofPlatform().daemon().name("coda-watch").start(this::watch);
    }

    private void beat() {
        long[] counts = new long[rendezvous.worldSize()];
        try {
            do {
                store.add("coda/beat/" + rendezvous.rank(), 1);
                for (int rank = 0; rank < counts.length; rank++) {
                    long count = store.add("coda/beat/" + rank, 0);
                    if (count != counts[rank]) {
                        counts[rank] = count;
                        heard.set(rank, System.nanoTime());
                    } else if (store.add("coda/left/" + rank, 0) > 0) {
                        left[rank].set(true);
                    }
                }
                lastRound = System.nanoTime();
            } while (!ending.await(silenceNanos / BEATS, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            storeClosed = true;
        }
    }

    private void watch() {
        long looked = System.nanoTime();
        long awakeSince = looked;
        try {
            while (!ending.await(silenceNanos / BEATS / 2, TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                if (now - looked > silenceNanos / 2) {
                    awakeSince = now; // this process was stopped itself, perhaps with all others
                }
                looked = now;
                Optional<String> problem = problem(now, awakeSince);
                if (problem.isPresent()) {
                    if (told.compareAndSet(false, true)) {
                        lost.accept(problem.get());
                    }
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> problem(long now, long awakeSince) {
        String silent = String.format(
                Locale.ROOT,
                "has not been heard of for %d s",
                Math.max(1, TimeUnit.NANOSECONDS.toSeconds(silenceNanos)));
        if (storeClosed || now - Math.max(lastRound, awakeSince) >= silenceNanos) {
            return left[0].get() ? Optional.empty() : Optional.of(message(0, storeClosed ? "has ended" : silent));
        }
        for (int rank = 0; rank < left.length; rank++) {
            if (!left[rank].get() && now - Math.max(heard.get(rank), awakeSince) >= silenceNanos) {
                return Optional.of(message(rank, silent));
            }
        }
        return Optional.empty();
    }

    private String message(int rank, String what) {
        return String.format(
                Locale.ROOT,
                "%s cannot go on: rank %d %s; look at its output and its machine, then go on with --resume",
                rendezvous,
                rank,
                what);
    }

    /**
     * Says that this rank ends in order; the others do not miss it. Rank 0, which has the store, waits until all others
     * have said so or are silent.
     */
    void leave() {
        stop();
        try {
            store.add("coda/left/" + rendezvous.rank(), 1);
            long deadline = System.nanoTime() + silenceNanos;
            while (rendezvous.rank() == 0 && !allLeft() && System.nanoTime() < deadline) {
                Thread.sleep(LEAVE_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Rank 0 is gone, and with it everybody who could miss this rank.
            told.set(true);
        }
    }

    private boolean allLeft() {
        for (int rank = 0; rank < left.length; rank++) {
            if (store.add("coda/left/" + rank, 0) == 0) {
                return false;
            }
        }
        return true;
    }

    private void stop() {
        told.set(true);
        ending.countDown();
        try {
            beating.join(TimeUnit.NANOSECONDS.toMillis(silenceNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.once(() -> {
            stop();
            if (!beating.isAlive()) {
                store.releaseReference();
            }
        });
    }
}
