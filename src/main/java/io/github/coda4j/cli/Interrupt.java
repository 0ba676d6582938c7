package io.github.coda4j.cli;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (or a termination signal): the work under way hears of it at its next {@link #check}, cleans up what it has
 * begun, and the process ends with 130. Work that does not ask is cut off after a grace time; what it was writing is
 * hidden until it is complete. Work that asks {@link #isRequested} instead ends in its own time, for example after a
 * checkpoint is written.
 */
public final class Interrupt {
    private static final long GRACE_SECONDS = 5;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile boolean requested;
    private volatile boolean asks;
    private volatile boolean patient;

    public Interrupt() {}

    /** One that hears of the process's end. */
    public static Interrupt install() {
        Interrupt interrupt = new Interrupt();
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("coda-interrupt").unstarted(interrupt::request));
        return interrupt;
    }

    /** Asks the work to stop and, if it ever asked, waits until it has cleaned up. */
    public void request() {
        requested = true;
        begun.countDown();
        if (asks || patient) {
            try {
                if (patient) {
                    finished.await();
                } else {
                    finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @throws CancellationException once an end was requested */
    public void check() {
        asks = true;
        if (requested) {
            throw new CancellationException("interrupted");
        }
    }

    /**
     * Whether an end was requested. From the first call on the process waits for the work to end, however long that
     * takes.
     */
    public boolean isRequested() {
        patient = true;
        return requested;
    }

    /** Waits until an end is requested. From now on the process waits for the work to end, however long that takes. */
    public void await() throws InterruptedException {
        patient = true;
        begun.await();
    }

    /** The work is over. Returns whether the caller still has to end the process; false when it is ending already. */
    public boolean finish() {
        finished.countDown();
        return !requested;
    }
}
